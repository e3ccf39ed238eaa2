resource "aws_sns_topic_subscription" "queue" {
  topic_arn = "arn:aws:sns:us-east-1:111122223333:results"
  protocol  = "sqs"
  endpoint  = "arn:aws:sqs:us-east-1:111122223333:results"
}
