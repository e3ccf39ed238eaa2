resource "aws_kinesis_firehose_delivery_stream" "off" {
  name        = "vitals"
  destination = "extended_s3"

  server_side_encryption {
    enabled = false # expect: firehose-stream-unencrypted
  }
}
