variable "iam" {
  type = bool
}

resource "aws_neptune_cluster" "graph" {
  cluster_identifier                  = "graph"
  iam_database_authentication_enabled = var.iam # expect: neptune-unauthenticated
}
