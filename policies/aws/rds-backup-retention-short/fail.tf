resource "aws_db_instance" "short" {
  engine                  = "postgres"
  instance_class          = "db.t4g.medium"
  backup_retention_period = 3 # expect: rds-backup-retention-short
}

# Judged by another policy.
resource "aws_db_instance" "off" {
  engine                  = "postgres"
  instance_class          = "db.t4g.medium"
  backup_retention_period = 0
}
