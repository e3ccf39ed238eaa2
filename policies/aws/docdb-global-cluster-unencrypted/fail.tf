resource "aws_docdb_global_cluster" "off" {
  global_cluster_identifier = "notes"
  engine                    = "docdb"
  storage_encrypted         = false # expect: docdb-global-cluster-unencrypted
}

resource "aws_docdb_global_cluster" "text" {
  global_cluster_identifier = "notes"
  engine                    = "docdb"
  storage_encrypted         = "false" # expect: docdb-global-cluster-unencrypted
}
