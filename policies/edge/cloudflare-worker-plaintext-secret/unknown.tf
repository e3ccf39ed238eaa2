variable "password" {
  type = string
}

resource "cloudflare_workers_script" "intake" {
  account_id  = "a1"
  script_name = "intake"
  content     = "export default {}"

  bindings = [
    {
      name = "DATABASE_PASSWORD"
      type = "plain_text"
      text = var.password # expect: cloudflare-worker-plaintext-secret
    },
  ]
}
