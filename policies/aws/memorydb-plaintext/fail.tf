resource "aws_memorydb_cluster" "off" {
  name        = "sessions"
  node_type   = "db.r7g.large"
  acl_name    = "clinic"
  tls_enabled = false # expect: memorydb-plaintext
}

resource "aws_memorydb_cluster" "text" {
  name        = "sessions"
  node_type   = "db.r7g.large"
  acl_name    = "clinic"
  tls_enabled = "false" # expect: memorydb-plaintext
}
