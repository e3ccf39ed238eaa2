variable "object" {
  type = object({
    a = string
    b = optional(number)
    c = optional(list(string), ["x"])
    d = optional(object({
      e = optional(bool, false)
      f = optional(set(number), [3, 1])
    }), { e = true })
    g = optional(any, "any")
  })
  default = { a = 1, extra = "dropped" }
}

variable "objects" {
  type = map(object({ a = optional(string, "default"), b = optional(string) }))
  default = { one = {}, two = { a = null, b = "x" }, three = { a = "y" } }
}

variable "list_of_any" {
  type    = list(any)
  default = ["1", 2, true]
}

variable "map_of_any" {
  type    = map(any)
  default = { a = 1, b = "x" }
}

variable "set_of_numbers" {
  type    = set(number)
  default = ["3", 1, 2, 1]
}

variable "tuple" {
  type    = tuple([string, number, bool])
  default = [1, "2", "true"]
}

variable "any" {
  default = { list = [1, "x", null], map = { a = 1 } }
}

variable "bool" {
  type    = bool
  default = "true"
}

variable "nullable" {
  type    = string
  default = null
}

variable "not_nullable" {
  type     = list(string)
  nullable = false
  default  = ["fallback"]
}

variable "text" {
  type    = string
  default = 1.50
}

module "nulls" {
  source       = "./child"
  not_nullable = null
  nullable     = null
  object       = { a = null }
}

module "converted" {
  source       = "./child"
  not_nullable = 5
  nullable     = true
  object       = { a = "1", b = "2", c = "ignored" }
}

resource "terraform_data" "all" {
  input = {
    object         = var.object
    objects        = var.objects
    list_of_any    = var.list_of_any
    map_of_any     = var.map_of_any
    set_of_numbers = var.set_of_numbers
    tuple          = var.tuple
    any            = var.any
    bool           = !var.bool
    nullable       = var.nullable
    is_null        = var.nullable == null
    coalesced      = coalesce(var.nullable, "x")
    conditional    = var.nullable == null ? var.nullable : 5
    not_nullable   = var.not_nullable
    text           = "${var.text}!"
    compared       = var.list_of_any == tolist(["1", "2", "true"])
    child          = [module.nulls.all, module.converted.all]
  }
}
