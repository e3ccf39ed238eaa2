variable "environment" {
  type        = string
  description = "Name of the environment"
}

variable "databases" {
  description = "Reporting databases, one for each department"
  type = map(object({
    engine         = string
    encrypted      = optional(bool, true)
    retention_days = optional(number, 35)
  }))
}

variable "office_cidr" {
  type    = string
  default = "10.60.0.0/24"
}
