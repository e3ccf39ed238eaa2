resource "aws_ssm_document" "open" {
  name          = "setup"
  document_type = "Command"
  content       = "{}"
  permissions = {
    type        = "Share"
    account_ids = "All" # expect: ssm-document-public
  }
}
