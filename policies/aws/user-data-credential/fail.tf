# The key is no real one.
resource "aws_instance" "key" {
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "m7g.large"
  user_data     = "export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7ABCDEFG" # expect: user-data-credential
}

resource "aws_launch_configuration" "password" {
  image_id      = "ami-0a1b2c3d4e5f60718"
  instance_type = "m5.large"
  # expect: user-data-credential
  user_data = <<-EOF
    export DB_PASSWORD="hunter2-Kx93mQpz"
    ./start --host ${aws_db_instance.ehr.address}
  EOF
}

resource "aws_db_instance" "ehr" {
  instance_class = "db.m7g.large"
}
