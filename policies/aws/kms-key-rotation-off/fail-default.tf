# What is not written is off.
resource "aws_kms_key" "absent" { # expect: kms-key-rotation-off
  description = "Patient records"
}
