variable "value" {
  default = false
}

resource "aws_dms_replication_instance" "phi" {
  replication_instance_id    = "migration"
  replication_instance_class = "dms.r6i.large"
  publicly_accessible        = false
}

resource "aws_dms_replication_instance" "from_variable" {
  replication_instance_id    = "migration"
  replication_instance_class = "dms.r6i.large"
  publicly_accessible        = var.value
}
