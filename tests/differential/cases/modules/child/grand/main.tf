variable "value" {}

resource "terraform_data" "grand" {
  count = var.value == "one!" ? 0 : 1
  input = var.value
}

output "value" {
  value = upper(var.value)
}
