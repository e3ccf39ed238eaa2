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
      text = "Zt7kQ9vLm2xWp4Rd" # expect: cloudflare-worker-plaintext-secret
    },
  ]
}

resource "cloudflare_worker_script" "old" {
  account_id = "a1"
  name       = "old"
  content    = "export default {}"

  plain_text_binding {
    name = "API_TOKEN"
    text = "Zt7kQ9vLm2xWp4Rd" # expect: cloudflare-worker-plaintext-secret
  }
}

resource "cloudflare_pages_project" "portal" {
  account_id        = "a1"
  name              = "portal"
  production_branch = "main"

  deployment_configs = {
    production = {
      env_vars = {
        DATABASE_URL = {
          type  = "plain_text"
          value = "postgres://app:Zt7kQ9vLm2xWp4Rd@db.example.org/ehr" # expect: cloudflare-worker-plaintext-secret
        }
      }
    }
  }
}
