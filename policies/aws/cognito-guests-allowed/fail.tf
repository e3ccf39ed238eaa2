resource "aws_cognito_identity_pool" "off" {
  identity_pool_name               = "portal"
  allow_unauthenticated_identities = true # expect: cognito-guests-allowed
}

resource "aws_cognito_identity_pool" "text" {
  identity_pool_name               = "portal"
  allow_unauthenticated_identities = "true" # expect: cognito-guests-allowed
}
