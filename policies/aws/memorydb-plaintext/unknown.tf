variable "value" {
  type = bool
}

resource "aws_memorydb_cluster" "variable" {
  name        = "sessions"
  node_type   = "db.r7g.large"
  acl_name    = "clinic"
  tls_enabled = var.value # expect: memorydb-plaintext
}
