resource "cloudflare_ai_gateway" "triage" {
  account_id   = "a1"
  id           = "triage"
  collect_logs = true
}
