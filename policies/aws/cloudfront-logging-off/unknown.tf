variable "logs" {
  type = list(string)
}

resource "aws_cloudfront_distribution" "variable" { # expect: cloudfront-logging-off
  enabled = true
  dynamic "logging_config" {
    for_each = var.logs
    content {
      bucket = logging_config.value
    }
  }
}
