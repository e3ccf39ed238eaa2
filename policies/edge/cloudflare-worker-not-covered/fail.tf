# No agreement is recorded.
resource "cloudflare_workers_script" "edge" { # expect: cloudflare-worker-not-covered
  account_id  = "a1"
  script_name = "ehr-edge"
  content     = "export default {}"
  main_module = "worker.js"
}

resource "cloudflare_workers_route" "ehr" { # expect: cloudflare-worker-not-covered
  zone_id = "z1"
  pattern = "ehr.example.org/api/*"
  script  = "ehr-edge"
}
