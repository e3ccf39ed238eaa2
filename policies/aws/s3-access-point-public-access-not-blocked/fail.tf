resource "aws_s3_access_point" "documents" {
  bucket = "acme-phi-documents"
  name   = "documents"
  public_access_block_configuration {
    block_public_policy = false # expect: s3-access-point-public-access-not-blocked
  }
}

resource "aws_s3control_multi_region_access_point" "documents" {
  details {
    name = "documents"
    public_access_block {
      restrict_public_buckets = false # expect: s3-access-point-public-access-not-blocked
    }
    region {
      bucket = "acme-phi-documents"
    }
  }
}
