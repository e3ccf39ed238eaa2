variable "name" {
  type = string
}

variable "size" {
  type    = number
  default = 7
}

module "grand" {
  source = "./grand"
  value  = "${var.name}!"
}

resource "terraform_data" "this" {
  input            = { name = var.name, size = var.size }
  triggers_replace = [var.size]
}

output "label" {
  value = "${var.name}:${var.size}"
}

output "grand" {
  value = module.grand.value
}

output "paths" {
  value = { module = path.module, root = path.root }
}
