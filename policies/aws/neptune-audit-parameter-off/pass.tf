resource "aws_neptune_cluster_parameter_group" "on" {
  family = "neptune1.3"
  parameter {
    name  = "neptune_enable_audit_log"
    value = 1
  }
}
