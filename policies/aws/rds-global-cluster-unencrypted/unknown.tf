variable "encrypted" {
  type = bool
}

resource "aws_rds_global_cluster" "variable" {
  global_cluster_identifier = "patients-global"
  engine                    = "aurora-postgresql"
  storage_encrypted         = var.encrypted # expect: rds-global-cluster-unencrypted
}

resource "aws_rds_global_cluster" "elsewhere" { # expect: rds-global-cluster-unencrypted
  global_cluster_identifier    = "patients-inherited"
  source_db_cluster_identifier = "arn:aws:rds:us-east-1:111122223333:cluster:patients"
}
