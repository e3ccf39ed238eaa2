resource "aws_db_parameter_group" "pg15" {
  family = "postgres15"
}

resource "aws_db_parameter_group" "pg17" {
  family = "postgres17"
}

resource "aws_rds_cluster_parameter_group" "aurora17" {
  family = "aurora-postgresql17"
}
