variable "value" {
  default = "KMS"
}

resource "aws_kinesis_stream" "phi" {
  name            = "vitals"
  shard_count     = 2
  encryption_type = "KMS"
}

resource "aws_kinesis_stream" "from_variable" {
  name            = "vitals"
  shard_count     = 2
  encryption_type = var.value
}
