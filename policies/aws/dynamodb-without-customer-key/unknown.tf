variable "value" {
  type = bool
}

resource "aws_dynamodb_table" "variable" {
  name         = "visits"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  server_side_encryption {
    enabled = var.value # expect: dynamodb-without-customer-key
  }
}
