variable "name" {}

variable "extra" {
  default = "none"
}

resource "terraform_data" "child" {
  input = [var.name, var.extra]
}
