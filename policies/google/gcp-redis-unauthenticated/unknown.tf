variable "auth" {
  type = bool
}

resource "google_redis_instance" "variable" {
  name           = "sessions"
  memory_size_gb = 4
  auth_enabled   = var.auth # expect: gcp-redis-unauthenticated
}
