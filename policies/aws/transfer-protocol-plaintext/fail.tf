resource "aws_transfer_server" "ftp" {
  protocols = ["SFTP", "FTP"] # expect: transfer-protocol-plaintext
}
