resource "aws_neptune_cluster" "off" {
  cluster_identifier = "graph"
  engine             = "neptune"
  storage_encrypted  = false # expect: neptune-storage-unencrypted
}

resource "aws_neptune_cluster" "text" {
  cluster_identifier = "graph"
  engine             = "neptune"
  storage_encrypted  = "false" # expect: neptune-storage-unencrypted
}
