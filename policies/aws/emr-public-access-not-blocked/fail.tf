resource "aws_emr_block_public_access_configuration" "off" {
  block_public_security_group_rules = false # expect: emr-public-access-not-blocked
}

resource "aws_emr_block_public_access_configuration" "wide" {
  block_public_security_group_rules = true
  permitted_public_security_group_rule_range { # expect: emr-public-access-not-blocked
    min_range = 8000
    max_range = 9000
  }
}
