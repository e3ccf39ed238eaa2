# Beside the role stands what may be everybody.
variable "partner" {
  type = string
}

resource "aws_iam_role" "app" {
  assume_role_policy = "{}"
}

resource "aws_kms_key_policy" "both" {
  key_id = "12345678-1234-1234-1234-123456789012"
  policy = jsonencode({ # expect: kms-key-policy-public
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = [aws_iam_role.app.arn, var.partner] }, Action = "kms:Decrypt", Resource = "*" }]
  })
}

resource "aws_kms_key_policy" "either" {
  key_id = "12345678-1234-1234-1234-123456789012"
  policy = jsonencode({ # expect: kms-key-policy-public
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = var.partner == "" ? aws_iam_role.app.arn : var.partner }, Action = "kms:Decrypt", Resource = "*" }]
  })
}
