# An import from S3 makes a new instance: nothing is inherited.
resource "aws_db_instance" "imported" { # expect: rds-storage-unencrypted
  engine         = "mysql"
  engine_version = "8.0"
  instance_class = "db.t4g.medium"
  s3_import {
    source_engine         = "mysql"
    source_engine_version = "8.0"
    bucket_name           = "acme-dumps"
    ingestion_role        = "arn:aws:iam::111122223333:role/import"
  }
}
