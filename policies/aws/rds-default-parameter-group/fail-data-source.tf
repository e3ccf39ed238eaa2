data "aws_db_parameter_group" "standard" {
  name = "default.mysql8.0"
}

resource "aws_db_instance" "patients" {
  engine               = "mysql"
  engine_version       = "8.0"
  instance_class       = "db.t4g.medium"
  parameter_group_name = data.aws_db_parameter_group.standard.name # expect: rds-default-parameter-group
}
