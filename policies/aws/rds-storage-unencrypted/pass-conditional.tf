variable "production" {
  type = bool
}

variable "key" {
  type = string
}

# Either branch is good.
resource "aws_db_instance" "patients" {
  engine            = "postgres"
  instance_class    = "db.t4g.medium"
  storage_encrypted = var.production ? true : true
  kms_key_id        = var.key
}
