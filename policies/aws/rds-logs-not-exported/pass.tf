resource "aws_db_instance" "postgres" {
  engine                          = "postgres"
  instance_class                  = "db.t4g.medium"
  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
}

resource "aws_db_instance" "mysql" {
  engine                          = "mysql"
  instance_class                  = "db.t4g.medium"
  enabled_cloudwatch_logs_exports = toset(["audit", "error", "slowquery"])
}

resource "aws_db_instance" "oracle" {
  engine                          = "oracle-se2"
  instance_class                  = "db.m5.large"
  enabled_cloudwatch_logs_exports = ["alert", "audit", "listener"]
}

resource "aws_db_instance" "replica" {
  replicate_source_db             = aws_db_instance.postgres.identifier
  instance_class                  = "db.t4g.medium"
  enabled_cloudwatch_logs_exports = ["postgresql"]
}

resource "aws_db_instance" "sqlserver" {
  engine                          = "sqlserver-se"
  instance_class                  = "db.m5.large"
  enabled_cloudwatch_logs_exports = ["error"]
}
