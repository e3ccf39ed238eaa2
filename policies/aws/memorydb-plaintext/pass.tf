variable "value" {
  default = true
}

resource "aws_memorydb_cluster" "phi" {
  name        = "sessions"
  node_type   = "db.r7g.large"
  acl_name    = "clinic"
  tls_enabled = true
}

resource "aws_memorydb_cluster" "from_variable" {
  name        = "sessions"
  node_type   = "db.r7g.large"
  acl_name    = "clinic"
  tls_enabled = var.value
}
