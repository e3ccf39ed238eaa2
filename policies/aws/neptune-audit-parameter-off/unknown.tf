variable "audit" {
  type = string
}

resource "aws_neptune_cluster_parameter_group" "variable" {
  family = "neptune1.3"
  parameter {
    name  = "neptune_enable_audit_log"
    value = var.audit # expect: neptune-audit-parameter-off
  }
}
