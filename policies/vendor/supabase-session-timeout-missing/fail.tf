resource "supabase_settings" "never" {
  project_ref = "abcdefghijklmnopqrst"
  auth        = jsonencode({ sessions_inactivity_timeout = 0 }) # expect: supabase-session-timeout-missing
}

resource "supabase_settings" "silent" {
  project_ref = "bcdefghijklmnopqrstu"
  auth        = jsonencode({ site_url = "https://portal.example.org" }) # expect: supabase-session-timeout-missing
}
