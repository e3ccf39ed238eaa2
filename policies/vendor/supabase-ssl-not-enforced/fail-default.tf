# Not enforced unless switched on.
resource "supabase_settings" "ehr" { # expect: supabase-ssl-not-enforced
  project_ref = "abcdefghijklmnopqrst"
}
