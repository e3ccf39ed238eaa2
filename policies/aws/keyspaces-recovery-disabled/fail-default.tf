resource "aws_keyspaces_table" "visits" { # expect: keyspaces-recovery-disabled
  keyspace_name = "clinic"
  table_name    = "visits"
}
