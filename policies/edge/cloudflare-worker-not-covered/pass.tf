resource "cloudflare_workers_script" "edge" {
  account_id  = "a1"
  script_name = "ehr-edge"
  content     = "export default {}"
  main_module = "worker.js"
}

resource "cloudflare_workers_route" "ehr" {
  zone_id = "z1"
  pattern = "ehr.example.org/api/*"
  script  = "ehr-edge"
}
