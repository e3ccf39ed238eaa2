resource "supabase_settings" "ehr" {
  project_ref     = "abcdefghijklmnopqrst"
  ssl_enforcement = true
}
