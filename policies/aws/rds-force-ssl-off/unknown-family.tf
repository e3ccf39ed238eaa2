variable "family" {
  type = string
}

resource "aws_db_parameter_group" "family" { # expect: rds-force-ssl-off
  family = var.family
}
