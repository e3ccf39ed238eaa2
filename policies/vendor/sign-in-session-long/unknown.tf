variable "hours" {
  type = number
}

resource "auth0_tenant" "variable" {
  friendly_name         = "Clinic"
  idle_session_lifetime = var.hours # expect: sign-in-session-long
}
