variable "token" {
  type    = string
  default = "a-token-of-16-or-more"
}

resource "aws_mq_broker" "orders" {
  broker_name = "orders"
  user {
    username = "portal"
    password = "correct-horse-battery" # expect: service-password-literal
  }
}

resource "aws_elasticache_replication_group" "sessions" {
  replication_group_id = "sessions"
  description          = "sessions"
  auth_token           = var.token # expect: service-password-literal
}

resource "aws_elasticache_user" "portal" {
  user_id       = "portal"
  user_name     = "portal"
  access_string = "on ~* +@all"
  engine        = "redis"
  passwords     = ["correct-horse-battery"] # expect: service-password-literal
}

resource "aws_memorydb_user" "portal" {
  user_name     = "portal"
  access_string = "on ~* +@all"
  authentication_mode {
    type      = "password"
    passwords = ["correct-horse-battery"] # expect: service-password-literal
  }
}

resource "aws_opensearch_domain" "search" {
  domain_name = "search"
  advanced_security_options {
    enabled                        = true
    internal_user_database_enabled = true
    master_user_options {
      master_user_name     = "admin"
      master_user_password = "Correct-horse-9" # expect: service-password-literal
    }
  }
}

resource "aws_dms_endpoint" "source" {
  endpoint_id   = "source"
  endpoint_type = "source"
  engine_name   = "postgres"
  username      = "dms"
  password      = "correct-horse-battery" # expect: service-password-literal
}

resource "aws_directory_service_directory" "corp" {
  name     = "corp.example.org"
  password = "Correct-horse-9" # expect: service-password-literal
}

resource "aws_codebuild_source_credential" "github" {
  auth_type   = "PERSONAL_ACCESS_TOKEN"
  server_type = "GITHUB"
  token       = "correct-horse-battery" # expect: service-password-literal
}

resource "aws_datasync_location_object_storage" "archive" {
  bucket_name     = "archive"
  server_hostname = "store.example.org"
  access_key      = "archive"
  secret_key      = "correct-horse-battery" # expect: service-password-literal
}
