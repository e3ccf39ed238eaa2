resource "terraform_data" "source" {
  input = { a = "x", b = "y" }
}

locals {
  known   = { one = terraform_data.source.id, two = "fixed" }
  flagged = { for key, value in local.known : key => value if key != "two" }
}

resource "terraform_data" "values" {
  for_each = local.known
  input    = [each.key, each.value]
}

resource "terraform_data" "filtered" {
  for_each = local.flagged
  input    = each.value
}

resource "terraform_data" "input" {
  for_each = terraform_data.source.input
  input    = "${each.key}-${each.value}"
}

resource "terraform_data" "keys" {
  for_each = toset(keys(terraform_data.values))
  input    = terraform_data.values[each.key].id
}

resource "terraform_data" "chain" {
  for_each = terraform_data.values
  input    = each.value.input
}

resource "terraform_data" "count" {
  count = length([terraform_data.source.id, "x"])
  input = count.index == 0 ? terraform_data.source.id : "x"
}

resource "terraform_data" "conditional" {
  count = terraform_data.source.id == null ? 1 : 2
  input = terraform_data.count[count.index].input
}

resource "terraform_data" "nested" {
  for_each = { for pair in setproduct(["a", "b"], [1, 2]) : "${pair[0]}-${pair[1]}" => pair }
  input    = each.value
}

output "all" {
  value = terraform_data.chain
}
