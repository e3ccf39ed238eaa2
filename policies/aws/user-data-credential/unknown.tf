variable "data" {
  type = string
}

resource "aws_instance" "variable" {
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "m7g.large"
  user_data     = var.data # expect: user-data-credential
}
