resource "aws_rds_cluster" "absent" {
  engine                    = "aurora-postgresql"
  final_snapshot_identifier = "charts-final"
}
