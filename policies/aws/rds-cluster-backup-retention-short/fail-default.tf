# One day.
resource "aws_rds_cluster" "absent" { # expect: rds-cluster-backup-retention-short
  engine = "aurora-postgresql"
}
