variable "protocol" {
  type = string
}

resource "aws_sns_topic_subscription" "variable" {
  topic_arn = "arn:aws:sns:us-east-1:111122223333:results"
  protocol  = var.protocol # expect: sns-subscription-by-mail
  endpoint  = "results"
}
