resource "aws_db_instance" "primary" {
  identifier        = "patients"
  engine            = "postgres"
  instance_class    = "db.t4g.medium"
  storage_encrypted = false # expect: rds-storage-unencrypted
}

resource "aws_db_instance" "replica" { # expect: rds-storage-unencrypted
  replicate_source_db = aws_db_instance.primary.identifier
  instance_class      = "db.t4g.medium"
}

# In another region the flag is not used: without a key of that region the copy is not encrypted.
resource "aws_db_instance" "far" { # expect: rds-storage-unencrypted
  replicate_source_db = "arn:aws:rds:us-east-1:111122223333:db:patients"
  instance_class      = "db.t4g.medium"
  storage_encrypted   = true
}
