variable "secure" {
  type = string
}

resource "aws_db_parameter_group" "value" {
  family = "mysql8.0"
  parameter {
    name  = "require_secure_transport"
    value = var.secure # expect: rds-secure-transport-off
  }
}
