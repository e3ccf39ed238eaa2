# The agreement that named the runtime has run out.
resource "deno_project" "intake" { # expect: deno-deploy-not-covered
  name = "intake"
}
