resource "aws_neptune_cluster" "graph" { # expect: neptune-unauthenticated
  cluster_identifier = "graph"
}
