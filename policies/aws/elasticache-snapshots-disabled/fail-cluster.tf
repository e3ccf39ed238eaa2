resource "aws_elasticache_cluster" "sessions" { # expect: elasticache-snapshots-disabled
  cluster_id      = "sessions"
  engine          = "redis"
  node_type       = "cache.m6g.large"
  num_cache_nodes = 1
}
