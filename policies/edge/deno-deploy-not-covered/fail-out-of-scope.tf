# There is an agreement, but it names something else.
resource "deno_project" "intake" { # expect: deno-deploy-not-covered
  name = "intake"
}
