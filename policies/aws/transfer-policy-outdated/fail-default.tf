# What is not written is off.
resource "aws_transfer_server" "absent" { # expect: transfer-policy-outdated
}
