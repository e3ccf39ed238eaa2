resource "aws_db_instance" "absent" {
  engine         = "postgres"
  instance_class = "db.t4g.medium"
}
