resource "okta_app_signon_policy_rule" "two" {
  policy_id = "00p1"
  name      = "two"
}
