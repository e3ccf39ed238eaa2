variable "open" {
  type = bool
}

resource "aws_elasticache_user" "portal" {
  user_id              = "portal"
  user_name            = "portal"
  access_string        = "on ~* +@all"
  engine               = "redis"
  no_password_required = var.open # expect: elasticache-user-without-password
}
