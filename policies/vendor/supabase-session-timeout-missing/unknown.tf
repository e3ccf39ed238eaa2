variable "hours" {
  type = number
}

resource "supabase_settings" "ehr" {
  project_ref = "abcdefghijklmnopqrst"
  auth        = jsonencode({ sessions_inactivity_timeout = var.hours }) # expect: supabase-session-timeout-missing
}
