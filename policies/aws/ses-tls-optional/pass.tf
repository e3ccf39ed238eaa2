resource "aws_ses_configuration_set" "phi" {
  name = "letters"
  delivery_options {
    tls_policy = "Require"
  }
}

resource "aws_sesv2_configuration_set" "phi" {
  configuration_set_name = "letters"
  delivery_options {
    tls_policy = "REQUIRE"
  }
}
