provider "aws" {
  region     = "us-east-1"
  access_key = "AKIAIOSFODNN7EXAMPLE"                   # expect: aws-provider-credentials-literal
  secret_key = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY" # expect: aws-provider-credentials-literal
}

variable "token" {
  type    = string
  default = "not-a-real-token"
}

provider "aws" {
  alias  = "west"
  region = "us-west-2"
  token  = var.token # expect: aws-provider-credentials-literal
}
