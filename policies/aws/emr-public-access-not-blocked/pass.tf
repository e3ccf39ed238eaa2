# SSH is what EMR itself excepts; the rules of security groups are judged where they stand.
resource "aws_emr_block_public_access_configuration" "on" {
  block_public_security_group_rules = true
  permitted_public_security_group_rule_range {
    min_range = 22
    max_range = 22
  }
}
