resource "aws_rds_cluster" "mysql" {
  engine                          = "aurora-mysql"
  enabled_cloudwatch_logs_exports = ["error", "slowquery"] # expect: rds-cluster-logs-not-exported
}

resource "aws_rds_cluster" "postgres" {
  engine                          = "aurora-postgresql"
  enabled_cloudwatch_logs_exports = ["instance"] # expect: rds-cluster-logs-not-exported
}
