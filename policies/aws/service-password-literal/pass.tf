variable "password" {
  type      = string
  sensitive = true
}

resource "random_password" "broker" {
  length = 24
}

resource "aws_mq_broker" "orders" {
  broker_name = "orders"
  user {
    username = "portal"
    password = random_password.broker.result
  }
}

resource "aws_elasticache_replication_group" "sessions" {
  replication_group_id = "sessions"
  description          = "sessions"
  auth_token           = var.password
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
  user_id       = "portal"
  user_name     = "portal"
  access_string = "on ~* +@all"
  engine        = "redis"
  passwords     = [random_password.broker.result]
}

resource "aws_opensearch_domain" "search" {
  domain_name = "search"
  advanced_security_options {
    enabled = true
    master_user_options {
      master_user_arn = "arn:aws:iam::111122223333:role/search"
    }
  }
}

resource "aws_dms_endpoint" "source" {
  endpoint_id   = "source"
  endpoint_type = "source"
  engine_name   = "postgres"
  username      = "dms"
  password      = var.password
}
