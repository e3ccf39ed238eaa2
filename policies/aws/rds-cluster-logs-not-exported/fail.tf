resource "aws_rds_cluster" "mysql" {
  engine                          = "aurora-mysql"
  enabled_cloudwatch_logs_exports = ["error", "slowquery"] # expect: rds-cluster-logs-not-exported
}
