# Beside the role stands what may be everybody.
variable "partner" {
  type = string
}

resource "aws_iam_role" "app" {
  assume_role_policy = "{}"
}

resource "aws_sqs_queue_policy" "both" {
  queue_url = "https://sqs.us-east-1.amazonaws.com/111122223333/results"
  policy = jsonencode({ # expect: resource-policy-public
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = [aws_iam_role.app.arn, var.partner] }, Action = "sqs:SendMessage", Resource = "*" }]
  })
}

resource "aws_sqs_queue_policy" "either" {
  queue_url = "https://sqs.us-east-1.amazonaws.com/111122223333/results"
  policy = jsonencode({ # expect: resource-policy-public
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = var.partner == "" ? aws_iam_role.app.arn : var.partner }, Action = "sqs:SendMessage", Resource = "*" }]
  })
}
