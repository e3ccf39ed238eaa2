# What is not written is off.
resource "aws_dax_cluster" "absent" { # expect: dax-unencrypted
  cluster_name       = "visits"
  iam_role_arn       = "arn:aws:iam::111122223333:role/dax"
  node_type          = "dax.r5.large"
  replication_factor = 2
}
