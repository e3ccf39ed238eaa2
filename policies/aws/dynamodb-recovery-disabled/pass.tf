resource "aws_dynamodb_table" "phi" {
  name     = "visits"
  hash_key = "id"

  point_in_time_recovery {
    enabled = true
  }

  replica {
    region_name            = "us-west-2"
    point_in_time_recovery = true
  }
}
