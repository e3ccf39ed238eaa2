resource "cloudflare_workers_kv_namespace" "sessions" {
  account_id = "a1"
  title      = "sessions"
}

resource "cloudflare_d1_database" "intake" {
  account_id = "a1"
  name       = "intake"
}

resource "cloudflare_r2_bucket" "scans" {
  account_id = "a1"
  name       = "scans"
}

resource "cloudflare_queue" "jobs" {
  account_id = "a1"
  queue_name = "jobs"
}
