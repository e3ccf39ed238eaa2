resource "okta_app_signon_policy_rule" "two" {
  policy_id   = "00p1"
  name        = "two"
  factor_mode = "2FA"
}

# Lets nobody in.
resource "okta_app_signon_policy_rule" "deny" {
  policy_id   = "00p1"
  name        = "deny"
  access      = "DENY"
  factor_mode = "1FA"
}
