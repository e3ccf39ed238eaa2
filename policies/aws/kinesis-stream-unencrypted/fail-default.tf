# What is not written is off.
resource "aws_kinesis_stream" "absent" { # expect: kinesis-stream-unencrypted
  name        = "vitals"
  shard_count = 2
}
