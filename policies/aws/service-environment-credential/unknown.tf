resource "aws_amplify_app" "portal" {
  name                  = "portal"
  environment_variables = var.settings # expect: service-environment-credential
}

variable "settings" {
  type = map(string)
}
