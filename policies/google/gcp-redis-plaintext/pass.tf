resource "google_redis_instance" "phi" {
  name                    = "sessions"
  memory_size_gb          = 4
  transit_encryption_mode = "SERVER_AUTHENTICATION"
}

resource "google_redis_cluster" "phi" {
  name                    = "sessions"
  shard_count             = 3
  transit_encryption_mode = "TRANSIT_ENCRYPTION_MODE_SERVER_AUTHENTICATION"
}
