variable "name" {}

variable "tags" {
  type = map(string)
}

resource "terraform_data" "node" {
  for_each         = var.tags
  input            = { name = var.name, key = each.key, value = each.value }
  triggers_replace = terraform_data.first.id
}

resource "terraform_data" "first" {
  input = var.name
}

output "name" {
  value = terraform_data.first.input
}

output "id" {
  value = terraform_data.first.id
}
