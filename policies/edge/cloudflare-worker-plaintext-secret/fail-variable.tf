variable "password" {
  type      = string
  sensitive = true
}

# The value comes from elsewhere, but rests in plain text all the same.
resource "cloudflare_workers_script" "intake" {
  account_id  = "a1"
  script_name = "intake"
  content     = "export default {}"

  bindings = [
    {
      name = "LOG_LEVEL"
      type = "plain_text"
      text = "info"
    },
    {
      name = "DATABASE_PASSWORD"
      type = "plain_text"
      text = var.password # expect: cloudflare-worker-plaintext-secret
    },
  ]
}
