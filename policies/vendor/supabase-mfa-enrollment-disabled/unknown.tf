variable "mfa" {
  type = bool
}

resource "supabase_settings" "ehr" {
  project_ref = "abcdefghijklmnopqrst"
  auth        = jsonencode({ mfa_totp_enroll_enabled = var.mfa }) # expect: supabase-mfa-enrollment-disabled
}
