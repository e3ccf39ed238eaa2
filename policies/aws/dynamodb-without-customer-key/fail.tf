resource "aws_dynamodb_table" "off" {
  name         = "visits"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  server_side_encryption {
    enabled = false # expect: dynamodb-without-customer-key
  }
}

resource "aws_dynamodb_table" "text" {
  name         = "visits"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  server_side_encryption {
    enabled = "false" # expect: dynamodb-without-customer-key
  }
}
