resource "aws_kms_key" "off" {
  description         = "Patient records"
  enable_key_rotation = false # expect: kms-key-rotation-off
}

resource "aws_kms_key" "text" {
  description         = "Patient records"
  enable_key_rotation = "false" # expect: kms-key-rotation-off
}
