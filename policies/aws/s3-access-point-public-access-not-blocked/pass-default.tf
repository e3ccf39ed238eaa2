resource "aws_s3_access_point" "documents" {
  bucket = "acme-phi-documents"
  name   = "documents"
}

resource "aws_s3_access_point" "part" {
  bucket = "acme-phi-documents"
  name   = "part"
  public_access_block_configuration {
    block_public_policy = true
  }
}

resource "aws_s3control_multi_region_access_point" "documents" {
  details {
    name = "documents"
    region {
      bucket = "acme-phi-documents"
    }
  }
}
