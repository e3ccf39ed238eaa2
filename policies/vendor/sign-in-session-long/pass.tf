resource "auth0_tenant" "hour" {
  friendly_name         = "Clinic"
  idle_session_lifetime = 1
  session_lifetime      = 8
}

resource "okta_policy_rule_signon" "silent" {
  policy_id    = "p1"
  name         = "staff"
  mfa_required = true
}

resource "cloudflare_zero_trust_access_application" "day" {
  account_id       = "a1"
  name             = "portal"
  session_duration = "8h"
}
