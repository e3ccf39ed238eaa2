resource "aws_s3_bucket_acl" "public" {
  bucket = "acme-phi-documents"
  acl    = "public-read" # expect: s3-bucket-acl-public
}

resource "aws_s3_bucket_acl" "grants" {
  bucket = "acme-phi-scans"
  access_control_policy {
    grant {
      grantee {
        type = "CanonicalUser"
        id   = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
      }
      permission = "FULL_CONTROL"
    }
    grant {
      grantee {
        type = "Group"
        uri  = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers" # expect: s3-bucket-acl-public
      }
      permission = "READ"
    }
    owner {
      id = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
    }
  }
}

resource "aws_s3_bucket" "legacy" {
  bucket = "acme-phi-legacy"
  acl    = "public-read-write" # expect: s3-bucket-acl-public
}

resource "aws_s3_bucket" "legacy_grant" {
  bucket = "acme-phi-legacy-grant"
  grant {
    type        = "Group"
    permissions = ["READ"]
    uri         = "http://acs.amazonaws.com/groups/global/AllUsers" # expect: s3-bucket-acl-public
  }
}
