variable "public" {
  type = bool
}

resource "aws_db_instance" "variable" {
  engine              = "postgres"
  instance_class      = "db.t4g.medium"
  publicly_accessible = var.public # expect: rds-publicly-accessible
}
