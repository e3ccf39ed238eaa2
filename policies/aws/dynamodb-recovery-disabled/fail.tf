resource "aws_dynamodb_table" "off" {
  name     = "visits"
  hash_key = "id"

  point_in_time_recovery {
    enabled = false # expect: dynamodb-recovery-disabled
  }
}

resource "aws_dynamodb_table" "replica" {
  name     = "visits"
  hash_key = "id"

  point_in_time_recovery {
    enabled = true
  }

  replica { # expect: dynamodb-recovery-disabled
    region_name = "us-west-2"
  }
}
