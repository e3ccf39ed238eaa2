resource "aws_keyspaces_table" "visits" {
  keyspace_name = "clinic"
  table_name    = "visits"
  point_in_time_recovery {
    status = "DISABLED" # expect: keyspaces-recovery-disabled
  }
}
