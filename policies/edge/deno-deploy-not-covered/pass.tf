resource "deno_project" "intake" {
  name = "intake"
}
