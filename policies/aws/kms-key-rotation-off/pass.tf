variable "value" {
  default = true
}

resource "aws_kms_key" "phi" {
  description         = "Patient records"
  enable_key_rotation = true
}

resource "aws_kms_key" "from_variable" {
  description         = "Patient records"
  enable_key_rotation = var.value
}

resource "aws_kms_key" "signing" {
  key_usage                = "SIGN_VERIFY"
  customer_master_key_spec = "RSA_3072"
}
