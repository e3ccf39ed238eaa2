resource "aws_elasticache_replication_group" "off" {
  replication_group_id       = "sessions"
  description                = "Sessions"
  at_rest_encryption_enabled = false # expect: elasticache-unencrypted-at-rest
}

resource "aws_elasticache_replication_group" "text" {
  replication_group_id       = "sessions"
  description                = "Sessions"
  at_rest_encryption_enabled = "false" # expect: elasticache-unencrypted-at-rest
}

resource "aws_elasticache_replication_group" "valkey_off" {
  replication_group_id       = "sessions"
  description                = "Sessions"
  engine                     = "valkey"
  at_rest_encryption_enabled = false # expect: elasticache-unencrypted-at-rest
}
