resource "aws_neptune_global_cluster" "graph" { # expect: neptune-storage-unencrypted
  global_cluster_identifier = "graph"
}
