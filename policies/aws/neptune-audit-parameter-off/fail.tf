resource "aws_neptune_cluster_parameter_group" "off" {
  family = "neptune1.3"
  parameter {
    name  = "neptune_enable_audit_log"
    value = 0 # expect: neptune-audit-parameter-off
  }
}

resource "aws_neptune_cluster_parameter_group" "absent" { # expect: neptune-audit-parameter-off
  family = "neptune1.3"
}
