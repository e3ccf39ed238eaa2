# No agreement is recorded.
resource "deno_project" "intake" { # expect: deno-deploy-not-covered
  name = "intake"
}
