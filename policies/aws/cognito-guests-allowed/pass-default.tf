# What is not written holds.
resource "aws_cognito_identity_pool" "absent" {
  identity_pool_name = "portal"
}
