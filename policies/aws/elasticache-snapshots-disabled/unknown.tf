variable "value" {
  type = number
}

resource "aws_elasticache_replication_group" "variable" {
  replication_group_id     = "sessions"
  description              = "Sessions"
  snapshot_retention_limit = var.value # expect: elasticache-snapshots-disabled
}
