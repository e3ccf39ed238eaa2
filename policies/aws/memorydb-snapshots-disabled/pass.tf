variable "value" {
  default = 15
}

resource "aws_memorydb_cluster" "phi" {
  name                     = "sessions"
  node_type                = "db.r7g.large"
  acl_name                 = "clinic"
  snapshot_retention_limit = 15
}

resource "aws_memorydb_cluster" "from_variable" {
  name                     = "sessions"
  node_type                = "db.r7g.large"
  acl_name                 = "clinic"
  snapshot_retention_limit = var.value
}
