variable "value" {
  type = list(string)
}

resource "aws_neptune_cluster" "variable" {
  cluster_identifier             = "graph"
  engine                         = "neptune"
  enable_cloudwatch_logs_exports = var.value # expect: neptune-audit-log-not-exported
}
