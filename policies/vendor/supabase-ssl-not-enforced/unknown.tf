variable "enforce" {
  type = bool
}

resource "supabase_settings" "ehr" {
  project_ref     = "abcdefghijklmnopqrst"
  ssl_enforcement = var.enforce # expect: supabase-ssl-not-enforced
}
