resource "aws_elasticache_replication_group" "off" {
  replication_group_id     = "sessions"
  description              = "Sessions"
  snapshot_retention_limit = 0 # expect: elasticache-snapshots-disabled
}
