variable "value" {
  type = string
}

resource "aws_kinesis_stream" "variable" {
  name            = "vitals"
  shard_count     = 2
  encryption_type = var.value # expect: kinesis-stream-unencrypted
}
