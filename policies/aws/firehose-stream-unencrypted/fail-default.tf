resource "aws_kinesis_firehose_delivery_stream" "absent" { # expect: firehose-stream-unencrypted
  name        = "vitals"
  destination = "extended_s3"
}
