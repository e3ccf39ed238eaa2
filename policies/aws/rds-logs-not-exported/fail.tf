resource "aws_db_instance" "mysql" {
  engine                          = "mysql"
  instance_class                  = "db.t4g.medium"
  enabled_cloudwatch_logs_exports = ["slowquery", "error"] # expect: rds-logs-not-exported
}

resource "aws_db_instance" "postgres" {
  engine                          = "postgres"
  instance_class                  = "db.t4g.medium"
  enabled_cloudwatch_logs_exports = ["upgrade"] # expect: rds-logs-not-exported
}

resource "aws_db_instance" "oracle" {
  engine                          = "oracle-se2"
  instance_class                  = "db.m5.large"
  enabled_cloudwatch_logs_exports = ["alert"] # expect: rds-logs-not-exported
}

resource "aws_db_instance" "sqlserver" {
  engine                          = "sqlserver-se"
  instance_class                  = "db.m5.large"
  enabled_cloudwatch_logs_exports = ["agent"] # expect: rds-logs-not-exported
}

resource "aws_db_instance" "replica" {
  replicate_source_db             = "patients"
  instance_class                  = "db.t4g.medium"
  enabled_cloudwatch_logs_exports = ["upgrade"] # expect: rds-logs-not-exported
}
