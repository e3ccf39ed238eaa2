resource "aws_rds_global_cluster" "absent" { # expect: rds-global-cluster-unencrypted
  global_cluster_identifier = "patients-global"
  engine                    = "aurora-postgresql"
}
