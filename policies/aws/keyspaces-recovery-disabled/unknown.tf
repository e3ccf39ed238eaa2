variable "status" {
  type = string
}

resource "aws_keyspaces_table" "visits" {
  keyspace_name = "clinic"
  table_name    = "visits"
  point_in_time_recovery {
    status = var.status # expect: keyspaces-recovery-disabled
  }
}
