resource "aws_db_instance" "phi" {
  identifier     = "patients"
  engine         = "postgres"
  instance_class = "db.m7g.large"
  multi_az       = true
}
