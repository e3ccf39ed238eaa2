# There is an agreement, but it names something else.
resource "cloudflare_ai_gateway" "triage" { # expect: cloudflare-ai-not-covered
  account_id   = "a1"
  id           = "triage"
  collect_logs = true
}
