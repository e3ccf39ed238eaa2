variable "size" {
  default = 2
}

locals {
  a = "overridden"
}

resource "terraform_data" "one" {
  input = "override ${var.size} ${local.b}"
}
