resource "aws_rds_global_cluster" "patients" {
  global_cluster_identifier = "patients-global"
  engine                    = "aurora-postgresql"
  storage_encrypted         = true
}

resource "aws_rds_cluster" "primary" {
  cluster_identifier = "patients"
  engine             = "aurora-postgresql"
  storage_encrypted  = true
}

resource "aws_rds_global_cluster" "inherited" {
  global_cluster_identifier    = "patients-inherited"
  source_db_cluster_identifier = aws_rds_cluster.primary.arn
}
