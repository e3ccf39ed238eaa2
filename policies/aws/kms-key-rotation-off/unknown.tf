variable "value" {
  type = bool
}

resource "aws_kms_key" "variable" {
  description         = "Patient records"
  enable_key_rotation = var.value # expect: kms-key-rotation-off
}
