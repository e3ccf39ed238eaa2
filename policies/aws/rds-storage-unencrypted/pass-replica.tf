resource "aws_db_instance" "primary" {
  identifier        = "patients"
  engine            = "postgres"
  instance_class    = "db.t4g.medium"
  storage_encrypted = true
}

resource "aws_db_instance" "replica" {
  replicate_source_db = aws_db_instance.primary.identifier
  instance_class      = "db.t4g.medium"
}

resource "aws_kms_key" "west" {}

resource "aws_db_instance" "far" {
  replicate_source_db = "arn:aws:rds:us-east-1:111122223333:db:patients"
  instance_class      = "db.t4g.medium"
  kms_key_id          = aws_kms_key.west.arn
}
