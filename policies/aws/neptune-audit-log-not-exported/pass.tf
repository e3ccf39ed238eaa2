variable "value" {
  default = ["audit"]
}

resource "aws_neptune_cluster" "phi" {
  cluster_identifier             = "graph"
  engine                         = "neptune"
  enable_cloudwatch_logs_exports = ["audit"]
}

resource "aws_neptune_cluster" "from_variable" {
  cluster_identifier             = "graph"
  engine                         = "neptune"
  enable_cloudwatch_logs_exports = var.value
}
