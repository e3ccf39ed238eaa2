variable "office" {
  type = string
}

resource "supabase_settings" "ehr" {
  project_ref = "abcdefghijklmnopqrst"
  network     = jsonencode({ restrictions = [var.office] }) # expect: supabase-network-unrestricted
}
