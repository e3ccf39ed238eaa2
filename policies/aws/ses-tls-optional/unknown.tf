variable "policy" {
  type = string
}

resource "aws_sesv2_configuration_set" "variable" {
  configuration_set_name = "letters"
  delivery_options {
    tls_policy = var.policy # expect: ses-tls-optional
  }
}
