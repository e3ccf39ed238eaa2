# The default of serverless v1 is on.
resource "aws_rds_cluster" "intake" {
  cluster_identifier = "intake"
  engine             = "aurora-mysql"
  engine_mode        = "serverless"
}
