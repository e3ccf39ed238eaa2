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

locals {
  template    = "$${name}%%{for x in list} $${x}%%{endfor}"
  unknown_any = var.unknown_any
  counted_all = [for r in terraform_data.counted : r.input]
  deep0       = 1
  deep1 = local.deep0 + 1
  deep2 = local.deep1 + 1
  deep3 = local.deep2 + 1
  deep4 = local.deep3 + 1
  deep5 = local.deep4 + 1
  deep6 = local.deep5 + 1
  deep7 = local.deep6 + 1
  deep8 = local.deep7 + 1
  deep9 = local.deep8 + 1
  deep10 = local.deep9 + 1
  deep11 = local.deep10 + 1
  deep12 = local.deep11 + 1
  deep13 = local.deep12 + 1
  deep14 = local.deep13 + 1
  deep15 = local.deep14 + 1
  deep16 = local.deep15 + 1
  deep17 = local.deep16 + 1
  deep18 = local.deep17 + 1
  deep19 = local.deep18 + 1
  deep20 = local.deep19 + 1
}

