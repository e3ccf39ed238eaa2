variable "block" {
  type = bool
}

resource "aws_s3_access_point" "variable" {
  bucket = "acme-phi-documents"
  name   = "documents"
  public_access_block_configuration {
    block_public_policy = var.block # expect: s3-access-point-public-access-not-blocked
  }
}
