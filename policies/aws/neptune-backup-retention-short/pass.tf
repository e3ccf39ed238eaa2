variable "value" {
  default = 35
}

resource "aws_neptune_cluster" "phi" {
  cluster_identifier      = "graph"
  engine                  = "neptune"
  backup_retention_period = 35
}

resource "aws_neptune_cluster" "other_0" {
  cluster_identifier      = "graph"
  engine                  = "neptune"
  backup_retention_period = "7"
}

resource "aws_neptune_cluster" "from_variable" {
  cluster_identifier      = "graph"
  engine                  = "neptune"
  backup_retention_period = var.value
}
