resource "aws_dynamodb_table" "absent" { # expect: dynamodb-recovery-disabled
  name         = "visits"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
}
