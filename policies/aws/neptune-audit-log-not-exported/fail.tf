resource "aws_neptune_cluster" "off" {
  cluster_identifier             = "graph"
  engine                         = "neptune"
  enable_cloudwatch_logs_exports = ["profiler"] # expect: neptune-audit-log-not-exported
}

resource "aws_neptune_cluster" "other_0" {
  cluster_identifier             = "graph"
  engine                         = "neptune"
  enable_cloudwatch_logs_exports = [] # expect: neptune-audit-log-not-exported
}
