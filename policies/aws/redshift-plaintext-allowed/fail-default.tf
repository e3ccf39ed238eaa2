resource "aws_redshift_parameter_group" "warehouse" { # expect: redshift-plaintext-allowed
  name   = "warehouse"
  family = "redshift-1.0"
}
