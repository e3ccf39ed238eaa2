variable "factor_mode" {
  type = string
}

resource "okta_app_signon_policy_rule" "rule" {
  policy_id   = "00p1"
  name        = "rule"
  factor_mode = var.factor_mode # expect: okta-app-rule-single-factor
}
