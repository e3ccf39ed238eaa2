resource "supabase_settings" "ehr" {
  project_ref = "abcdefghijklmnopqrst"
  auth        = jsonencode({ sessions_inactivity_timeout = 1 })
}
