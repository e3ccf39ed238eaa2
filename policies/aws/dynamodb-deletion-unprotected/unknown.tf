variable "value" {
  type = bool
}

resource "aws_dynamodb_table" "variable" {
  name                        = "visits"
  hash_key                    = "id"
  billing_mode                = "PAY_PER_REQUEST"
  deletion_protection_enabled = var.value # expect: dynamodb-deletion-unprotected
}
