# What is not written holds.
resource "aws_dms_replication_instance" "absent" {
  replication_instance_id    = "migration"
  replication_instance_class = "dms.r6i.large"
}
