variable "value" {
  type = bool
}

resource "aws_cognito_identity_pool" "variable" {
  identity_pool_name               = "portal"
  allow_unauthenticated_identities = var.value # expect: cognito-guests-allowed
}
