variable "skip" {
  type = bool
}

resource "aws_db_instance" "variable" {
  engine              = "postgres"
  instance_class      = "db.t4g.medium"
  skip_final_snapshot = var.skip # expect: rds-final-snapshot-skipped
}
