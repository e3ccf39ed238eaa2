variable "value" {
  type = number
}

resource "aws_neptune_cluster" "variable" {
  cluster_identifier      = "graph"
  engine                  = "neptune"
  backup_retention_period = var.value # expect: neptune-backup-retention-short
}
