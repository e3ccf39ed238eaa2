resource "supabase_settings" "ehr" {
  project_ref     = "abcdefghijklmnopqrst"
  ssl_enforcement = false # expect: supabase-ssl-not-enforced
}
