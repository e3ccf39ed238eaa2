resource "aws_elasticache_replication_group" "users" {
  replication_group_id = "sessions"
  description          = "Sessions"
  user_group_ids       = [aws_elasticache_user_group.portal.id]
}

resource "aws_elasticache_user_group" "portal" {
  engine        = "redis"
  user_group_id = "portal"
  user_ids      = ["portal"]
}

resource "random_password" "token" {
  length = 32
}

resource "aws_elasticache_replication_group" "token" {
  replication_group_id = "sessions"
  description          = "Sessions"
  auth_token           = random_password.token.result
}
