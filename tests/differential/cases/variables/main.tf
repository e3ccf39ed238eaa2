variable "text" {
  type = string
}

variable "settings" {
  type = object({
    name    = string
    port    = optional(number, 443)
    tags    = optional(map(string), { team = "clinic" })
    nested  = optional(object({ on = optional(bool, true) }), {})
    missing = optional(string)
  })
}

variable "numbers" {
  type    = list(number)
  default = ["1", 2]
}

variable "set" {
  type    = set(string)
  default = ["b", "a", "b"]
}

variable "anything" {
  type    = any
  default = { a = [1, "x"] }
}

variable "not_null" {
  type     = string
  nullable = false
  default  = "fallback"
}

variable "secret" {
  type      = string
  sensitive = true
  default   = "hush"
}

resource "terraform_data" "all" {
  input = {
    text     = var.text
    settings = var.settings
    numbers  = var.numbers
    set      = var.set
    anything = var.anything
    not_null = var.not_null
    joined   = "x-${var.secret}"
    list     = [var.secret, "open"]
    length   = length(var.secret)
    open     = nonsensitive(var.secret)
  }
}

resource "terraform_data" "workspace" {
  input = terraform.workspace
}
