variable "recovery" {
  type = bool
}

resource "aws_dynamodb_table" "phi" {
  name     = "visits"
  hash_key = "id"

  point_in_time_recovery {
    enabled = var.recovery # expect: dynamodb-recovery-disabled
  }
}
