variable "mfa" {
  type = bool
}

resource "okta_policy_rule_signon" "rule" {
  policy_id    = "00p1"
  name         = "rule"
  access       = "ALLOW"
  mfa_required = var.mfa # expect: okta-signon-rule-without-mfa
}
