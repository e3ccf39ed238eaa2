variable "logs" {
  type = list(string)
}

resource "aws_db_instance" "variable" {
  engine                          = "postgres"
  instance_class                  = "db.t4g.medium"
  enabled_cloudwatch_logs_exports = var.logs # expect: rds-logs-not-exported
}
