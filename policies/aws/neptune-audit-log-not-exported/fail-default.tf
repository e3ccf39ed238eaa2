# What is not written is off.
resource "aws_neptune_cluster" "absent" { # expect: neptune-audit-log-not-exported
  cluster_identifier = "graph"
  engine             = "neptune"
}
