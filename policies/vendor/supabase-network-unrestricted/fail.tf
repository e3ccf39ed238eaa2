resource "supabase_settings" "open" {
  project_ref = "abcdefghijklmnopqrst"
  network     = jsonencode({ restrictions = ["0.0.0.0/0", "::/0"] }) # expect: supabase-network-unrestricted
}

resource "supabase_settings" "none" {
  project_ref = "bcdefghijklmnopqrstu"
  network     = jsonencode({ restrictions = [] }) # expect: supabase-network-unrestricted
}
