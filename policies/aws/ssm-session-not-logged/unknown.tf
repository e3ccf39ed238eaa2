variable "content" {
  type = string
}

resource "aws_ssm_document" "variable" {
  name            = "SSM-SessionManagerRunShell"
  document_type   = "Session"
  document_format = "JSON"
  content         = var.content # expect: ssm-session-not-logged
}
