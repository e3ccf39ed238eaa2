variable "regions" {
  type    = map(object({ size = number, tags = optional(map(string), {}) }))
  default = { eu = { size = 2, tags = { a = "x" } }, us = { size = 1 } }
}

module "region" {
  source   = "./region"
  for_each = var.regions
  name     = each.key
  settings = each.value
}

module "set" {
  source   = "./region"
  for_each = toset(["p", "q"])
  name     = each.value
  settings = { size = 1 }
}

module "counted" {
  source   = "./region"
  count    = length(var.regions)
  name     = "n${count.index}"
  settings = { size = count.index }
}

module "off" {
  source   = "./region"
  count    = 0
  name     = "never"
  settings = { size = 1 }
}

resource "terraform_data" "out" {
  input = {
    names   = { for key, region in module.region : key => region.names }
    splat   = module.counted[*].names
    one     = module.region["eu"].names[0]
    off     = module.off[*].names
    none    = length(module.off)
    object  = module.set["p"]
    ids     = module.region["us"].ids
    sort    = sort(keys(module.region))
    unknown = [for region in module.region : region.ids]
  }
}
