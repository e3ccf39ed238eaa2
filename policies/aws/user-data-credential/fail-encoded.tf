# A private key in base64.
resource "aws_instance" "app" {
  ami              = "ami-0123456789abcdef0"
  instance_type    = "t3.large"
  user_data_base64 = "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFcEFJQkFBS0NBUUVB" # expect: user-data-credential
}
