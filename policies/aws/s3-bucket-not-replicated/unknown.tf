variable "bucket" {
  type = string
}

resource "aws_s3_bucket" "phi" { # expect: s3-bucket-not-replicated
  bucket = "phi"
}

resource "aws_s3_bucket_replication_configuration" "some" {
  bucket = var.bucket
  role   = "replication"
}
