# A fail of the one would be seen beside the pass of the other.
resource "aws_kinesis_firehose_delivery_stream" "reads" {
  name        = "vitals"
  destination = "extended_s3"

  kinesis_source_configuration {
    kinesis_stream_arn = "arn:aws:kinesis:us-east-1:111122223333:stream/vitals"
    role_arn           = "arn:aws:iam::111122223333:role/firehose"
  }
}

resource "aws_kinesis_firehose_delivery_stream" "phi" {
  name        = "vitals"
  destination = "extended_s3"

  server_side_encryption {
    enabled = true
  }
}
