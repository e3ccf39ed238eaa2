variable "days" {
  type = number
}

resource "aws_rds_cluster" "variable" {
  engine                  = "aurora-postgresql"
  backup_retention_period = var.days # expect: rds-cluster-backup-retention-short
}
