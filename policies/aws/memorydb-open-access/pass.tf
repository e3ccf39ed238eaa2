resource "aws_memorydb_cluster" "phi" {
  name      = "sessions"
  node_type = "db.r7g.large"
  acl_name  = "clinic"
}
