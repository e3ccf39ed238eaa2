# One role, as a text and in a document of JSON.
resource "aws_iam_role" "app" {
  assume_role_policy = "{}"
}

resource "aws_sqs_queue_policy" "encoded" {
  queue_url = "https://sqs.us-east-1.amazonaws.com/111122223333/results"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = aws_iam_role.app.arn }, Action = "sqs:SendMessage", Resource = "*" }]
  })
}

resource "aws_sqs_queue_policy" "text" {
  queue_url = "https://sqs.us-east-1.amazonaws.com/111122223333/results"
  policy = <<-EOF
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "${aws_iam_role.app.arn}"}, "Action": "sqs:SendMessage", "Resource": "*"}]}
  EOF
}
