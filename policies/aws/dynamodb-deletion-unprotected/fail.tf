resource "aws_dynamodb_table" "off" {
  name                        = "visits"
  hash_key                    = "id"
  billing_mode                = "PAY_PER_REQUEST"
  deletion_protection_enabled = false # expect: dynamodb-deletion-unprotected
}

resource "aws_dynamodb_table" "text" {
  name                        = "visits"
  hash_key                    = "id"
  billing_mode                = "PAY_PER_REQUEST"
  deletion_protection_enabled = "false" # expect: dynamodb-deletion-unprotected
}
