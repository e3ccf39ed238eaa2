resource "aws_sqs_queue" "results" {
  name = "results"
}

resource "aws_kms_key" "results" {}

# Every account may have something of this name.
resource "aws_sqs_queue_policy" "results" {
  queue_url = aws_sqs_queue.results.id
  policy = jsonencode({ # expect: resource-policy-public
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.results.arn
      Condition = { ArnLike = { "aws:SourceArn" = "arn:aws:kms:*:*:key/${aws_kms_key.results.key_id}" } }
    }]
  })
}
