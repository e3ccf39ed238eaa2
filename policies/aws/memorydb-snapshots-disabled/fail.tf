resource "aws_memorydb_cluster" "off" {
  name                     = "sessions"
  node_type                = "db.r7g.large"
  acl_name                 = "clinic"
  snapshot_retention_limit = 0 # expect: memorydb-snapshots-disabled
}
