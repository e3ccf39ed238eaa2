resource "aws_s3_account_public_access_block" "part" { # expect: s3-account-public-access-not-blocked
  block_public_acls   = true
  block_public_policy = true
}

resource "aws_s3_account_public_access_block" "no_block_public_acls" { # expect: s3-account-public-access-not-blocked
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_account_public_access_block" "no_block_public_policy" { # expect: s3-account-public-access-not-blocked
  block_public_acls       = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_account_public_access_block" "no_ignore_public_acls" { # expect: s3-account-public-access-not-blocked
  block_public_acls       = true
  block_public_policy     = true
  restrict_public_buckets = true
}

resource "aws_s3_account_public_access_block" "no_restrict_public_buckets" { # expect: s3-account-public-access-not-blocked
  block_public_acls   = true
  block_public_policy = true
  ignore_public_acls  = true
}
