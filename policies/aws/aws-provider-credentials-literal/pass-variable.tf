variable "secret_key" {
  type      = string
  sensitive = true
}

variable "access_key" {
  type = string
}

variable "token" {
  type      = string
  sensitive = true
}

provider "aws" {
  region     = "us-east-1"
  access_key = var.access_key
  secret_key = var.secret_key
  token      = var.token
}
