resource "terraform_data" "counted" {
  count = 3
  input = "number ${count.index}"
}

resource "terraform_data" "mapped" {
  for_each = { a = "x", "b c" = "y" }
  input    = "${each.key}=${each.value}"
}

resource "terraform_data" "set" {
  for_each = toset(["p", "q"])
  input    = each.value
}

resource "terraform_data" "none" {
  count = 0
  input = "never"
}

resource "terraform_data" "references" {
  input = {
    one   = terraform_data.counted[1].input
    all   = terraform_data.counted[*].input
    keys  = keys(terraform_data.mapped)
    each  = [for instance in terraform_data.set : instance.input]
    total = length(terraform_data.counted)
  }
}
