resource "aws_dax_cluster" "off" {
  cluster_name       = "visits"
  iam_role_arn       = "arn:aws:iam::111122223333:role/dax"
  node_type          = "dax.r5.large"
  replication_factor = 2
  server_side_encryption {
    enabled = false # expect: dax-unencrypted
  }
}

resource "aws_dax_cluster" "text" {
  cluster_name       = "visits"
  iam_role_arn       = "arn:aws:iam::111122223333:role/dax"
  node_type          = "dax.r5.large"
  replication_factor = 2
  server_side_encryption {
    enabled = "false" # expect: dax-unencrypted
  }
}
