variable "password" {
  sensitive = true
}

variable "plain" {}

resource "terraform_data" "child" {
  input = { password = var.password, plain = var.plain }
}

output "secret" {
  value     = var.password
  sensitive = true
}

output "plain" {
  value = var.plain
}
