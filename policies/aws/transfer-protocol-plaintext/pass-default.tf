# SFTP.
resource "aws_transfer_server" "absent" {
}
