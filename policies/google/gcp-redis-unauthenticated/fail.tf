resource "google_redis_instance" "off" {
  name           = "sessions"
  memory_size_gb = 4
  auth_enabled   = false # expect: gcp-redis-unauthenticated
}
