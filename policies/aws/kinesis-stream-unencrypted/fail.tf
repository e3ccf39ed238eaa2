resource "aws_kinesis_stream" "off" {
  name            = "vitals"
  shard_count     = 2
  encryption_type = "NONE" # expect: kinesis-stream-unencrypted
}
