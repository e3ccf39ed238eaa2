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
      type = "secret_text"
      text = var.database_password
    },
  ]
}

variable "database_password" {
  type      = string
  sensitive = true
}
