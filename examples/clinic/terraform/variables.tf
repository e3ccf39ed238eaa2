variable "environment" {
  type        = string
  description = "Name of the environment"
}

variable "aws_secret_key" {
  type      = string
  sensitive = true
}

variable "databases" {
  description = "Reporting databases, one for each department"
  type = map(object({
    engine         = string
    encrypted      = optional(bool, false)
    retention_days = optional(number, 1)
  }))
}

variable "office_cidr" {
  type    = string
  default = "0.0.0.0/0"
}

variable "records_password" {
  type      = string
  sensitive = true
}
