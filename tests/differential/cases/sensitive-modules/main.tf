variable "password" {
  type      = string
  sensitive = true
  default   = "hush"
}

module "child" {
  source   = "./child"
  password = var.password
  plain    = "open"
}

module "many" {
  source   = "./child"
  for_each = toset(["a"])
  password = each.key
  plain    = var.password
}

resource "terraform_data" "outputs" {
  input = {
    secret  = module.child.secret
    plain   = module.child.plain
    derived = "${module.child.plain}-${module.child.secret}"
    many    = { for key, child in module.many : key => child.plain }
  }
  triggers_replace = [var.password, "x"]
}

resource "terraform_data" "each" {
  for_each = { open = var.password, other = "x" }
  input    = each.value
}

resource "terraform_data" "keys" {
  for_each = nonsensitive(toset([var.password]))
  input    = each.value
}

resource "terraform_data" "through" {
  input = terraform_data.outputs.input.secret
}

resource "terraform_data" "output" {
  input = [terraform_data.outputs.output, terraform_data.each["open"].output]
}
