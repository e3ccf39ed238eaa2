resource "aws_kinesis_firehose_delivery_stream" "phi" {
  name        = "vitals"
  destination = "extended_s3"

  server_side_encryption {
    enabled = true
  }
}
