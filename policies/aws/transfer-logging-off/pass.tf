resource "aws_cloudwatch_log_group" "transfer" {
  name = "transfer"
}

resource "aws_transfer_server" "structured" {
  structured_log_destinations = ["${aws_cloudwatch_log_group.transfer.arn}:*"]
}

resource "aws_iam_role" "transfer" {
  assume_role_policy = "{}"
}

resource "aws_transfer_server" "role" {
  logging_role = aws_iam_role.transfer.arn
}
