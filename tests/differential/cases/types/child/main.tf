variable "not_nullable" {
  type     = number
  nullable = false
  default  = 42
}

variable "nullable" {
  type    = string
  default = "unused"
}

variable "object" {
  type = object({ a = optional(number, 7), b = optional(number) })
}

output "all" {
  value = { not_nullable = var.not_nullable, nullable = var.nullable, object = var.object }
}
