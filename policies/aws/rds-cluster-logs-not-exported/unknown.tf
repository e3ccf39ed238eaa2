variable "logs" {
  type = list(string)
}

resource "aws_rds_cluster" "variable" {
  engine                          = "aurora-mysql"
  enabled_cloudwatch_logs_exports = var.logs # expect: rds-cluster-logs-not-exported
}
