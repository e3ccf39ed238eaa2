# What is not written is off.
resource "aws_neptune_cluster" "absent" { # expect: neptune-storage-unencrypted
  cluster_identifier = "graph"
  engine             = "neptune"
}
