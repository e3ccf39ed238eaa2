# What is not written holds.
resource "aws_memorydb_cluster" "absent" {
  name      = "sessions"
  node_type = "db.r7g.large"
  acl_name  = "clinic"
}
