variable "tls" {
  type = bool
}

resource "aws_elasticache_replication_group" "variable" {
  replication_group_id       = "sessions"
  description                = "Sessions"
  transit_encryption_enabled = var.tls # expect: elasticache-plaintext
}

resource "aws_elasticache_replication_group" "valkey" { # expect: elasticache-plaintext
  replication_group_id = "sessions"
  description          = "Sessions"
  engine               = "valkey"
}
