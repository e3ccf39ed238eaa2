# A rule allows, and asks for no second factor, unless it says otherwise.
resource "okta_policy_rule_signon" "silent" { # expect: okta-signon-rule-without-mfa
  policy_id      = "00p1"
  name           = "silent"
  primary_factor = "PASSWORD_IDP"
}
