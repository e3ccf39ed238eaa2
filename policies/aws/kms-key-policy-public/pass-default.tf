resource "aws_kms_key" "phi" {
  description = "PHI"
}
