resource "aws_docdb_cluster" "off" {
  cluster_identifier = "charts"
  storage_encrypted  = false # expect: docdb-storage-unencrypted
}
