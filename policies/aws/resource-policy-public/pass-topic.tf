resource "aws_sns_topic" "results" {
  name = "results"
}

resource "aws_sqs_queue" "results" {
  name = "results"
}

# The way of AWS's own examples: everybody, who is the topic.
resource "aws_sqs_queue_policy" "results" {
  queue_url = aws_sqs_queue.results.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.results.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_sns_topic.results.arn } }
    }]
  })
}
