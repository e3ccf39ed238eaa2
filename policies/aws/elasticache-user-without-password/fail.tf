resource "aws_elasticache_user" "portal" {
  user_id              = "portal"
  user_name            = "portal"
  access_string        = "on ~* +@all"
  engine               = "redis"
  no_password_required = true # expect: elasticache-user-without-password
}

resource "aws_elasticache_user" "mode" {
  user_id       = "mode"
  user_name     = "mode"
  access_string = "on ~* +@all"
  engine        = "valkey"
  authentication_mode {
    type = "no-password-required" # expect: elasticache-user-without-password
  }
}

# The last word counts.
resource "aws_elasticache_user" "on_again" {
  user_id              = "default-on"
  user_name            = "default"
  access_string        = "off ~* +@all on"
  engine               = "redis"
  no_password_required = true # expect: elasticache-user-without-password
}
