resource "aws_rds_cluster" "provisioned" { # expect: rds-cluster-storage-unencrypted
  cluster_identifier = "patients"
  engine             = "aurora-postgresql"
}
