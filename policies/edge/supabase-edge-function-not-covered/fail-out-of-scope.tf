# There is an agreement, but it names something else.
resource "supabase_edge_function" "intake" { # expect: supabase-edge-function-not-covered
  project_ref = "abcdefghijklmnopqrst"
  slug        = "patient-intake"
  entrypoint  = "index.ts"
}
