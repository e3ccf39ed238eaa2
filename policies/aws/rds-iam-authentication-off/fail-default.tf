resource "aws_rds_cluster" "absent" { # expect: rds-iam-authentication-off
  cluster_identifier = "patients"
  engine             = "aurora-postgresql"
}
