resource "google_redis_instance" "absent" { # expect: gcp-redis-plaintext
  name           = "sessions"
  memory_size_gb = 4
}

resource "google_redis_cluster" "absent" { # expect: gcp-redis-plaintext
  name        = "sessions"
  shard_count = 3
}

resource "google_memorystore_instance" "absent" { # expect: gcp-redis-plaintext
  instance_id = "sessions"
  location    = "us-central1"
  shard_count = 3
}
