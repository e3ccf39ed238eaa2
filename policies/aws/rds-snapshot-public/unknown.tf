variable "accounts" {
  type = list(string)
}

resource "aws_db_snapshot" "variable" {
  db_instance_identifier = "patients"
  db_snapshot_identifier = "patients-export"
  shared_accounts        = var.accounts # expect: rds-snapshot-public
}
