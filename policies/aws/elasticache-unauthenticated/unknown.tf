variable "token" {
  type = string
}

resource "aws_elasticache_replication_group" "token" { # expect: elasticache-unauthenticated
  replication_group_id = "sessions"
  description          = "Sessions"
  auth_token           = var.token
}
