resource "aws_sns_topic_subscription" "http" {
  topic_arn = "arn:aws:sns:us-east-1:111122223333:results"
  protocol  = "http" # expect: sns-subscription-plaintext
  endpoint  = "http://results.clinic.example"
}
