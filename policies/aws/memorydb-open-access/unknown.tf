variable "acl" {
  type = string
}

resource "aws_memorydb_cluster" "variable" {
  name      = "sessions"
  node_type = "db.r7g.large"
  acl_name  = var.acl # expect: memorydb-open-access
}
