resource "aws_cloudtrail" "plain" { # expect: cloudtrail-without-customer-key
  name           = "clinic"
  s3_bucket_name = "clinic-trail"
}

resource "aws_cloudtrail_event_data_store" "plain" { # expect: cloudtrail-without-customer-key
  name = "clinic"
}

resource "aws_cloudtrail" "empty" {
  name           = "clinic"
  s3_bucket_name = "clinic-trail"
  kms_key_id     = "" # expect: cloudtrail-without-customer-key
}
