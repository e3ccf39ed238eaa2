resource "aws_elasticache_replication_group" "phi" {
  replication_group_id       = "sessions"
  description                = "Sessions"
  transit_encryption_enabled = true
  transit_encryption_mode    = "required"
}

resource "aws_elasticache_cluster" "member" {
  cluster_id           = "sessions-2"
  replication_group_id = aws_elasticache_replication_group.phi.id
}

resource "aws_elasticache_cluster" "memcached" {
  cluster_id                 = "pages"
  engine                     = "memcached"
  transit_encryption_enabled = true
}
