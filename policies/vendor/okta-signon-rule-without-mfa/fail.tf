resource "okta_policy_rule_signon" "open" {
  policy_id    = "00p1"
  name         = "open"
  access       = "ALLOW"
  mfa_required = false # expect: okta-signon-rule-without-mfa
}
