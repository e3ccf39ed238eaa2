# What is not written is off.
resource "aws_dynamodb_table" "absent" { # expect: dynamodb-deletion-unprotected
  name         = "visits"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
}
