# What is not written is off.
resource "aws_elasticache_replication_group" "absent" { # expect: elasticache-unencrypted-at-rest
  replication_group_id = "sessions"
  description          = "Sessions"
}
