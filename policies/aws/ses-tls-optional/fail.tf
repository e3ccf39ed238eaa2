resource "aws_ses_configuration_set" "off" {
  name = "letters"
  delivery_options {
    tls_policy = "Optional" # expect: ses-tls-optional
  }
}

resource "aws_sesv2_configuration_set" "absent" { # expect: ses-tls-optional
  configuration_set_name = "letters"
}
