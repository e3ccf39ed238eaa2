resource "auth0_tenant" "silent" { # expect: sign-in-session-long
  friendly_name = "Clinic"
}

resource "okta_policy_rule_signon" "ever" {
  policy_id        = "p1"
  name             = "staff"
  mfa_required     = true
  session_lifetime = 0 # expect: sign-in-session-long
}

resource "cloudflare_zero_trust_access_application" "month" {
  account_id       = "a1"
  name             = "portal"
  session_duration = "720h" # expect: sign-in-session-long
}
