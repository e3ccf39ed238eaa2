resource "aws_rds_cluster" "patients" {
  engine                  = "aurora-postgresql"
  backup_retention_period = 35
}
