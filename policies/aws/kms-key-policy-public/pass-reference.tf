# One role, as a text and in a document of JSON.
resource "aws_iam_role" "app" {
  assume_role_policy = "{}"
}

resource "aws_kms_key_policy" "encoded" {
  key_id = "12345678-1234-1234-1234-123456789012"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = aws_iam_role.app.arn }, Action = "kms:Decrypt", Resource = "*" }]
  })
}

resource "aws_kms_key_policy" "text" {
  key_id = "12345678-1234-1234-1234-123456789012"
  policy = <<-EOF
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "${aws_iam_role.app.arn}"}, "Action": "kms:Decrypt", "Resource": "*"}]}
  EOF
}
