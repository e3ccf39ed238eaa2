# What is not written is off.
resource "aws_memorydb_cluster" "absent" { # expect: memorydb-snapshots-disabled
  name      = "sessions"
  node_type = "db.r7g.large"
  acl_name  = "clinic"
}
