variable "size" {
  type    = number
  default = 1
}

locals {
  a = "first"
  b = "kept"
}

resource "terraform_data" "one" {
  input            = "original ${var.size}"
  triggers_replace = ["kept"]
}

resource "terraform_data" "two" {
  count = 1
  input = local.a
}

module "child" {
  source = "./child"
  name   = "original"
}
