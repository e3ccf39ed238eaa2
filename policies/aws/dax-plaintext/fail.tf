resource "aws_dax_cluster" "off" {
  cluster_name                     = "visits"
  iam_role_arn                     = "arn:aws:iam::111122223333:role/dax"
  node_type                        = "dax.r5.large"
  replication_factor               = 2
  cluster_endpoint_encryption_type = "NONE" # expect: dax-plaintext
}
