resource "okta_policy_rule_signon" "mfa" {
  policy_id    = "00p1"
  name         = "mfa"
  access       = "ALLOW"
  mfa_required = true
}

# The applications' policies decide.
resource "okta_policy_rule_signon" "delegated" {
  policy_id      = "00p1"
  name           = "delegated"
  access         = "ALLOW"
  primary_factor = "PASSWORD_IDP_ANY_FACTOR"
}
