resource "supabase_edge_function" "intake" {
  project_ref = "abcdefghijklmnopqrst"
  slug        = "patient-intake"
  entrypoint  = "index.ts"
}
