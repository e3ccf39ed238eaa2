variable "value" {
  default = true
}

resource "aws_dax_cluster" "phi" {
  cluster_name       = "visits"
  iam_role_arn       = "arn:aws:iam::111122223333:role/dax"
  node_type          = "dax.r5.large"
  replication_factor = 2
  server_side_encryption {
    enabled = true
  }
}

resource "aws_dax_cluster" "from_variable" {
  cluster_name       = "visits"
  iam_role_arn       = "arn:aws:iam::111122223333:role/dax"
  node_type          = "dax.r5.large"
  replication_factor = 2
  server_side_encryption {
    enabled = var.value
  }
}
