resource "aws_elasticache_replication_group" "off" {
  replication_group_id       = "sessions"
  description                = "Sessions"
  transit_encryption_enabled = false # expect: elasticache-plaintext
}

resource "aws_elasticache_replication_group" "preferred" {
  replication_group_id       = "sessions"
  description                = "Sessions"
  transit_encryption_enabled = true
  transit_encryption_mode    = "preferred" # expect: elasticache-plaintext
}

resource "aws_elasticache_cluster" "memcached" {
  cluster_id                 = "pages"
  engine                     = "memcached"
  transit_encryption_enabled = "false" # expect: elasticache-plaintext
}
