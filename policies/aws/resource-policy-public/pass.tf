resource "aws_sqs_queue_policy" "bucket" {
  queue_url = "https://sqs.us-east-1.amazonaws.com/111122223333/results"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "sqs:SendMessage"
      Resource  = "*"
      Condition = { ArnEquals = { "aws:SourceArn" = "arn:aws:s3:::clinic-results" } }
    }]
  })
}

resource "aws_sns_topic_policy" "service" {
  arn = "arn:aws:sns:us-east-1:111122223333:results"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = "*"
    }]
  })
}

# As AWS makes it.
resource "aws_sns_topic" "default" {
  name = "results"
}
