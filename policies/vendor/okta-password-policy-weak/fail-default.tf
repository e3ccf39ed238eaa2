resource "okta_policy_password_default" "silent" { # expect: okta-password-policy-weak
}
