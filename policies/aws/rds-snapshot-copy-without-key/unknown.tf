variable "key" {
  type = string
}

resource "aws_db_snapshot_copy" "patients" { # expect: rds-snapshot-copy-without-key
  source_db_snapshot_identifier = "arn:aws:rds:us-east-1:111122223333:snapshot:patients"
  target_db_snapshot_identifier = "patients-copy"
  kms_key_id                    = var.key
}
