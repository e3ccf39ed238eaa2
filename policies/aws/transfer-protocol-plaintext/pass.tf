resource "aws_transfer_server" "phi" {
  protocols = ["SFTP"]
}
