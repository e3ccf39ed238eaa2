module "one" {
  source = "./child"
  name   = "one"
}

module "many" {
  source   = "./child"
  for_each = { x = 1, y = 2 }
  name     = each.key
  size     = each.value
}

module "counted" {
  source = "./child"
  count  = 2
  name   = "counted-${count.index}"
}

resource "terraform_data" "outputs" {
  input = {
    one     = module.one.label
    many    = { for key, child in module.many : key => child.label }
    counted = module.counted[*].label
    deep    = module.many["x"].grand
    paths   = module.one.paths
  }
}
