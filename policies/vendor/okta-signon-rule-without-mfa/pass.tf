resource "okta_policy_rule_signon" "mfa" {
  policy_id    = "00p1"
  name         = "mfa"
  access       = "ALLOW"
  mfa_required = true
  mfa_prompt   = "ALWAYS"
}

# Lets nobody in.
resource "okta_policy_rule_signon" "deny" {
  policy_id = "00p1"
  name      = "deny"
  access    = "DENY"
}
