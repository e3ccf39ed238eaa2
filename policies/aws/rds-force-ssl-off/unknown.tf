variable "force" {
  type = string
}

variable "parameters" {
  type = map(string)
}

resource "aws_db_parameter_group" "value" {
  family = "postgres14"
  parameter {
    name  = "rds.force_ssl"
    value = var.force # expect: rds-force-ssl-off
  }
}
