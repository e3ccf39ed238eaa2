resource "aws_dms_replication_instance" "off" {
  replication_instance_id    = "migration"
  replication_instance_class = "dms.r6i.large"
  publicly_accessible        = true # expect: dms-publicly-accessible
}

resource "aws_dms_replication_instance" "text" {
  replication_instance_id    = "migration"
  replication_instance_class = "dms.r6i.large"
  publicly_accessible        = "true" # expect: dms-publicly-accessible
}
