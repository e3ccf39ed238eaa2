resource "aws_instance" "phi" {
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "m7g.large"
  user_data     = <<-EOF
    DB_PASSWORD=$(aws secretsmanager get-secret-value --secret-id ehr)
    ./start --password "$DB_PASSWORD"
  EOF
}

resource "aws_instance" "none" {
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "m7g.large"
}
