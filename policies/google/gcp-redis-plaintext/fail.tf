resource "google_redis_instance" "off" {
  name                    = "sessions"
  memory_size_gb          = 4
  transit_encryption_mode = "DISABLED" # expect: gcp-redis-plaintext
}

resource "google_memorystore_instance" "off" {
  instance_id             = "sessions"
  location                = "us-central1"
  shard_count             = 3
  transit_encryption_mode = "TRANSIT_ENCRYPTION_DISABLED" # expect: gcp-redis-plaintext
}
