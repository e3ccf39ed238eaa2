resource "aws_elasticache_replication_group" "absent" { # expect: elasticache-plaintext
  replication_group_id = "sessions"
  description          = "Sessions"
}

resource "aws_elasticache_cluster" "redis" { # expect: elasticache-plaintext
  cluster_id = "sessions"
  engine     = "redis"
}
