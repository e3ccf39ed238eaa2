variable "iam" {
  type = bool
}

resource "aws_rds_cluster" "variable" {
  cluster_identifier                  = "patients"
  engine                              = "aurora-postgresql"
  iam_database_authentication_enabled = var.iam # expect: rds-iam-authentication-off
}
