resource "supabase_settings" "ehr" {
  project_ref = "abcdefghijklmnopqrst"
  network = jsonencode({
    restrictions = ["52.10.20.0/24"]
  })
}
