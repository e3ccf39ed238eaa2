variable "value" {
  default = true
}

resource "aws_elasticache_replication_group" "phi" {
  replication_group_id       = "sessions"
  description                = "Sessions"
  at_rest_encryption_enabled = true
}

resource "aws_elasticache_replication_group" "from_variable" {
  replication_group_id       = "sessions"
  description                = "Sessions"
  at_rest_encryption_enabled = var.value
}

resource "aws_elasticache_replication_group" "valkey" {
  replication_group_id = "sessions"
  description          = "Sessions"
  engine               = "valkey"
}

resource "aws_elasticache_replication_group" "valkey_on" {
  replication_group_id       = "sessions-2"
  description                = "Sessions"
  engine                     = "valkey"
  at_rest_encryption_enabled = true
}
