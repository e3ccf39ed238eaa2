variable "value" {
  default = false
}

resource "aws_cognito_identity_pool" "phi" {
  identity_pool_name               = "portal"
  allow_unauthenticated_identities = false
}

resource "aws_cognito_identity_pool" "from_variable" {
  identity_pool_name               = "portal"
  allow_unauthenticated_identities = var.value
}
