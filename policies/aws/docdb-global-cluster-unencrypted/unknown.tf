variable "value" {
  type = bool
}

resource "aws_docdb_global_cluster" "variable" {
  global_cluster_identifier = "notes"
  engine                    = "docdb"
  storage_encrypted         = var.value # expect: docdb-global-cluster-unencrypted
}
