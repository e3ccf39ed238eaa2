variable "password" {
  type = string
}

resource "aws_elasticache_user" "iam" {
  user_id       = "portal"
  user_name     = "portal"
  access_string = "on ~* +@all"
  engine        = "redis"
  authentication_mode {
    type = "iam"
  }
}

resource "aws_elasticache_user" "password" {
  user_id       = "reports"
  user_name     = "reports"
  access_string = "on ~* +@read"
  engine        = "redis"
  passwords     = [var.password]
}

# A group needs a user of this name; this one can do nothing.
resource "aws_elasticache_user" "default" {
  user_id              = "default-off"
  user_name            = "default"
  access_string        = "off ~* -@all"
  engine               = "redis"
  no_password_required = true
}
