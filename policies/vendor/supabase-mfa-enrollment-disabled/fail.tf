resource "supabase_settings" "off" {
  project_ref = "abcdefghijklmnopqrst"
  auth        = jsonencode({ mfa_totp_enroll_enabled = false }) # expect: supabase-mfa-enrollment-disabled
}

resource "supabase_settings" "silent" {
  project_ref = "bcdefghijklmnopqrstu"
  auth        = jsonencode({ site_url = "https://portal.example.org" }) # expect: supabase-mfa-enrollment-disabled
}
