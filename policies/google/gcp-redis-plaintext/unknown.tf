variable "mode" {
  type = string
}

resource "google_redis_instance" "variable" {
  name                    = "sessions"
  memory_size_gb          = 4
  transit_encryption_mode = var.mode # expect: gcp-redis-plaintext
}
