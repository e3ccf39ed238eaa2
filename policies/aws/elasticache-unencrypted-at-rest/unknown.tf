variable "value" {
  type = bool
}

resource "aws_elasticache_replication_group" "variable" {
  replication_group_id       = "sessions"
  description                = "Sessions"
  at_rest_encryption_enabled = var.value # expect: elasticache-unencrypted-at-rest
}
