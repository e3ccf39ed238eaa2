resource "okta_app_signon_policy_rule" "one" {
  policy_id   = "00p1"
  name        = "one"
  factor_mode = "1FA" # expect: okta-app-rule-single-factor
}
