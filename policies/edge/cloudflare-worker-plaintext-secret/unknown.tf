variable "bindings" {
  type = list(object({ name = string, type = string, text = string }))
}

resource "cloudflare_workers_script" "intake" {
  account_id  = "a1"
  script_name = "intake"
  content     = "export default {}"
  bindings    = var.bindings # expect: cloudflare-worker-plaintext-secret
}
