resource "aws_elasticache_replication_group" "open" { # expect: elasticache-unauthenticated
  replication_group_id = "sessions"
  description          = "Sessions"
}
