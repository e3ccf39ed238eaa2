resource "aws_ssm_document" "silent" {
  name            = "SSM-SessionManagerRunShell"
  document_type   = "Session"
  document_format = "JSON"
  content = jsonencode({ # expect: ssm-session-not-logged
    schemaVersion = "1.0"
    sessionType   = "Standard_Stream"
    inputs        = { s3BucketName = "", cloudWatchLogGroupName = "", kmsKeyId = "" }
  })
}
