variable "value" {
  type = bool
}

resource "aws_dms_replication_instance" "variable" {
  replication_instance_id    = "migration"
  replication_instance_class = "dms.r6i.large"
  publicly_accessible        = var.value # expect: dms-publicly-accessible
}
