variable "value" {
  default = true
}

resource "aws_neptune_cluster" "phi" {
  cluster_identifier = "graph"
  engine             = "neptune"
  storage_encrypted  = true
}

resource "aws_neptune_cluster" "from_variable" {
  cluster_identifier = "graph"
  engine             = "neptune"
  storage_encrypted  = var.value
}
