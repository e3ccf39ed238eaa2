variable "bucket" {
  type = string
}

resource "aws_kms_key" "phi" {}

resource "aws_iam_policy" "either" {
  policy = jsonencode({ # expect: iam-policy-blanket-decrypt
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "kms:Decrypt", Resource = var.bucket == "" ? aws_kms_key.phi.arn : var.bucket }]
  })
}
