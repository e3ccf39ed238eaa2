# What is not written is off.
resource "aws_elasticache_replication_group" "absent" { # expect: elasticache-snapshots-disabled
  replication_group_id = "sessions"
  description          = "Sessions"
}
