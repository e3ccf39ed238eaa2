variable "value" {
  type = number
}

resource "aws_memorydb_cluster" "variable" {
  name                     = "sessions"
  node_type                = "db.r7g.large"
  acl_name                 = "clinic"
  snapshot_retention_limit = var.value # expect: memorydb-snapshots-disabled
}
