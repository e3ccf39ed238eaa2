resource "aws_transfer_server" "partners" { # expect: transfer-logging-off
  protocols = ["SFTP"]
}

resource "aws_transfer_server" "empty" { # expect: transfer-logging-off
  protocols                   = ["SFTP"]
  structured_log_destinations = []
}
