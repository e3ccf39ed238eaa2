resource "aws_rds_cluster" "short" {
  engine                  = "aurora-postgresql"
  backup_retention_period = 3 # expect: rds-cluster-backup-retention-short
}
