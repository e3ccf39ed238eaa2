# Every address is admitted until a list is given.
resource "supabase_settings" "ehr" { # expect: supabase-network-unrestricted
  project_ref = "abcdefghijklmnopqrst"
}
