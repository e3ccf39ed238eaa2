variable "name" {
  type = string
}

variable "settings" {
  type = object({ size = number, tags = optional(map(string), { default = "yes" }) })
}

module "node" {
  source = "./node"
  count  = var.settings.size
  name   = "${var.name}-${count.index}"
  tags   = merge(var.settings.tags, { index = count.index })
}

output "names" {
  value = module.node[*].name
}

output "ids" {
  value = module.node[*].id
}
