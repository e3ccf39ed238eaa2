resource "aws_db_instance" "flag" {
  snapshot_identifier = "rds:patients-2026-01-01"
  instance_class      = "db.t4g.medium"
  storage_encrypted   = true
}

resource "aws_kms_key" "phi" {}

resource "aws_db_instance" "key" {
  snapshot_identifier = "rds:patients-2026-01-01"
  instance_class      = "db.t4g.medium"
  kms_key_id          = aws_kms_key.phi.arn
}
