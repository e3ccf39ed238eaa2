variable "value" {
  default = true
}

resource "aws_dynamodb_table" "phi" {
  name         = "visits"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  server_side_encryption {
    enabled = true
  }
}

resource "aws_dynamodb_table" "from_variable" {
  name         = "visits"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  server_side_encryption {
    enabled = var.value
  }
}
