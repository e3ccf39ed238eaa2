variable "value" {
  type = bool
}

resource "aws_neptune_cluster" "variable" {
  cluster_identifier = "graph"
  engine             = "neptune"
  storage_encrypted  = var.value # expect: neptune-storage-unencrypted
}
