resource "google_redis_instance" "phi" {
  name           = "sessions"
  memory_size_gb = 4
  auth_enabled   = true
}

resource "google_redis_cluster" "phi" {
  name               = "sessions"
  shard_count        = 3
  authorization_mode = "AUTH_MODE_IAM_AUTH"
}

resource "google_memorystore_instance" "phi" {
  instance_id        = "sessions"
  location           = "us-central1"
  shard_count        = 3
  authorization_mode = "IAM_AUTH"
}
