# What is not written is off.
resource "aws_neptune_cluster" "absent" { # expect: neptune-backup-retention-short
  cluster_identifier = "graph"
  engine             = "neptune"
}
