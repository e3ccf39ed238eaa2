resource "aws_neptune_cluster" "off" {
  cluster_identifier      = "graph"
  engine                  = "neptune"
  backup_retention_period = 6 # expect: neptune-backup-retention-short
}

resource "aws_neptune_cluster" "other_0" {
  cluster_identifier      = "graph"
  engine                  = "neptune"
  backup_retention_period = 1 # expect: neptune-backup-retention-short
}

resource "aws_neptune_cluster" "other_1" {
  cluster_identifier      = "graph"
  engine                  = "neptune"
  backup_retention_period = "1" # expect: neptune-backup-retention-short
}
