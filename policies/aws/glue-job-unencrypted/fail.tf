resource "aws_glue_job" "plain" { # expect: glue-job-unencrypted
  name     = "claims"
  role_arn = "arn:aws:iam::111122223333:role/glue"
}

resource "aws_glue_security_configuration" "off" {
  name = "off"
  encryption_configuration {
    cloudwatch_encryption {
      cloudwatch_encryption_mode = "DISABLED" # expect: glue-job-unencrypted
    }
    job_bookmarks_encryption {
      job_bookmarks_encryption_mode = "CSE-KMS"
    }
    s3_encryption {
      s3_encryption_mode = "SSE-KMS"
    }
  }
}
