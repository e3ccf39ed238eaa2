resource "aws_memorydb_cluster" "open" {
  name      = "sessions"
  node_type = "db.r7g.large"
  acl_name  = "open-access" # expect: memorydb-open-access
}
