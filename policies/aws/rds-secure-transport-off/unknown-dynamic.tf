variable "parameters" {
  type = map(string)
}

resource "aws_db_parameter_group" "dynamic" { # expect: rds-secure-transport-off
  family = "mysql8.0"
  # The parameters are not known, so neither is whether the one that counts is among them.
  dynamic "parameter" { # expect: rds-secure-transport-off
    for_each = var.parameters
    content {
      name  = parameter.key
      value = parameter.value
    }
  }
}
