resource "aws_transfer_server" "off" {
  security_policy_name = "TransferSecurityPolicy-2018-11" # expect: transfer-policy-outdated
}

resource "aws_transfer_server" "other_0" {
  security_policy_name = "TransferSecurityPolicy-FIPS-2020-06" # expect: transfer-policy-outdated
}
