resource "aws_rds_cluster" "absent" { # expect: rds-cluster-logs-not-exported
  engine = "aurora-postgresql"
}

resource "aws_rds_cluster" "mysql" { # expect: rds-cluster-logs-not-exported
  engine = "aurora-mysql"
}
