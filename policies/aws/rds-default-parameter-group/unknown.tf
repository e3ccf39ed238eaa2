variable "group" {
  type = string
}

resource "aws_db_instance" "variable" {
  engine               = "mysql"
  engine_version       = "8.0"
  instance_class       = "db.t4g.medium"
  parameter_group_name = var.group # expect: rds-default-parameter-group
}
