variable "vpcs" {
  type = list(string)
}

resource "aws_s3_access_point" "dynamic" { # expect: s3-access-point-outside-vpc
  bucket = "acme-phi-documents"
  name   = "documents"
  dynamic "vpc_configuration" {
    for_each = var.vpcs
    content {
      vpc_id = vpc_configuration.value
    }
  }
}
