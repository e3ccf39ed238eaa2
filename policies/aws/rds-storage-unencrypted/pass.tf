resource "aws_kms_key" "phi" {}

resource "aws_db_instance" "patients" {
  identifier        = "patients"
  engine            = "postgres"
  instance_class    = "db.t4g.medium"
  allocated_storage = 50
  storage_encrypted = true
  kms_key_id        = aws_kms_key.phi.arn
}

resource "aws_db_instance" "text" {
  engine            = "postgres"
  instance_class    = "db.t4g.medium"
  storage_encrypted = "true"
}
