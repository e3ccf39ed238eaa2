resource "supabase_settings" "ehr" {
  project_ref = "abcdefghijklmnopqrst"
  auth = jsonencode({
    mfa_totp_enroll_enabled = true
    mfa_totp_verify_enabled = true
  })
}
