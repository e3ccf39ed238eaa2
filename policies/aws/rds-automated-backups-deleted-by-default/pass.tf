resource "aws_db_instance" "patients" {
  engine                   = "postgres"
  instance_class           = "db.t4g.medium"
  delete_automated_backups = false
}
