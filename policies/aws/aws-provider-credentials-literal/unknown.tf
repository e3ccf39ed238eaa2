variable "local" {
  type = bool
}

variable "secret_key" {
  type = string
}

provider "aws" {
  region     = "us-east-1"
  secret_key = var.local ? "not-a-real-key" : var.secret_key # expect: aws-provider-credentials-literal
}
