variable "unknown_any" {}

variable "secret" {
  type      = string
  sensitive = true
  default   = "hush"
}

variable "secret_list" {
  type      = list(string)
  sensitive = true
  default   = ["x", "y"]
}

resource "terraform_data" "text" {
  input = "text"
}

resource "terraform_data" "number" {
  input = 5
}

resource "terraform_data" "bool" {
  input = true
}

resource "terraform_data" "list" {
  input = tolist(["a", "b"])
}

resource "terraform_data" "set" {
  input = toset(["a", "b"])
}

resource "terraform_data" "map" {
  input = tomap({ a = "x", b = "y" })
}

resource "terraform_data" "tuple" {
  input = ["a", 1]
}

resource "terraform_data" "object" {
  input = { a = "x", n = 1 }
}

resource "terraform_data" "counted" {
  count = 2
  input = "c${count.index}"
}

resource "terraform_data" "each" {
  for_each = { a = 1, b = 2 }
  input    = each.value
}

locals {
  text    = terraform_data.text.output
  id      = terraform_data.text.id
  number  = terraform_data.number.output
  bool    = terraform_data.bool.output
  list    = terraform_data.list.output
  set     = terraform_data.set.output
  map     = terraform_data.map.output
  tuple   = terraform_data.tuple.output
  object  = terraform_data.object.output
  counted = terraform_data.counted
  each    = terraform_data.each
}

