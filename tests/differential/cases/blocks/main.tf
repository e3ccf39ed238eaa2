/* a block comment */
# a hash
// two slashes
resource "terraform_data" "empty" {}

resource "terraform_data" "one_line" { input = "x" }

resource terraform_data unquoted {
  input = { // inside
    a = 1, b = 2 # after
    "c" : 3
    (upper("d")) = 4
  }
}

resource "terraform_data" "null" {
  input            = null
  triggers_replace = null
}

resource "terraform_data" "chained" {
  input = (
    true
    ? "a"
    : "b"
  )
  triggers_replace = [
    for x in [
      1,
      2,
    ] :
    x
    if x > 1
  ]
}

resource "terraform_data" "refers" {
  input = {
    whole  = terraform_data.one_line.input
    output = terraform_data.one_line.output
    empty  = terraform_data.empty.output
    object = terraform_data.unquoted.input.c
    prefix = resource.terraform_data.one_line.input
    null   = terraform_data.null.input
  }
}
