variable "value" {
  default = 15
}

resource "aws_elasticache_replication_group" "phi" {
  replication_group_id     = "sessions"
  description              = "Sessions"
  snapshot_retention_limit = 15
}

resource "aws_elasticache_replication_group" "from_variable" {
  replication_group_id     = "sessions"
  description              = "Sessions"
  snapshot_retention_limit = var.value
}
