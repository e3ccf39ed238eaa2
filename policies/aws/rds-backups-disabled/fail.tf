resource "aws_db_instance" "off" {
  engine                  = "postgres"
  instance_class          = "db.t4g.medium"
  backup_retention_period = 0 # expect: rds-backups-disabled
}
