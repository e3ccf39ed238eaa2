# The agreement that named the runtime has run out.
resource "cloudflare_workers_kv_namespace" "sessions" { # expect: cloudflare-edge-storage-not-covered
  account_id = "a1"
  title      = "sessions"
}

resource "cloudflare_d1_database" "intake" { # expect: cloudflare-edge-storage-not-covered
  account_id = "a1"
  name       = "intake"
}

resource "cloudflare_r2_bucket" "scans" { # expect: cloudflare-edge-storage-not-covered
  account_id = "a1"
  name       = "scans"
}

resource "cloudflare_queue" "jobs" { # expect: cloudflare-edge-storage-not-covered
  account_id = "a1"
  queue_name = "jobs"
}
