variable "accounts" {
  type = string
}

resource "aws_ssm_document" "variable" {
  name          = "setup"
  document_type = "Command"
  content       = "{}"
  permissions = {
    type        = "Share"
    account_ids = var.accounts # expect: ssm-document-public
  }
}
