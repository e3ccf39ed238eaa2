variable "multi" {
  type = bool
}

resource "aws_db_instance" "variable" {
  identifier     = "patients"
  engine         = "postgres"
  instance_class = "db.m7g.large"
  multi_az       = var.multi # expect: rds-single-zone
}
