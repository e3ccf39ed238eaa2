resource "aws_s3_access_point" "documents" {
  bucket = "acme-phi-documents"
  name   = "documents"
  public_access_block_configuration {
    block_public_acls       = true
    block_public_policy     = true
    ignore_public_acls      = true
    restrict_public_buckets = true
  }
}

resource "aws_s3control_multi_region_access_point" "documents" {
  details {
    name = "documents"
    public_access_block {
      block_public_acls       = true
      block_public_policy     = true
      ignore_public_acls      = true
      restrict_public_buckets = true
    }
    region {
      bucket = "acme-phi-documents"
    }
  }
}
