# One role, as a text and in a document of JSON.
resource "aws_iam_role" "app" {
  assume_role_policy = "{}"
}

resource "aws_s3_bucket_policy" "encoded" {
  bucket = "clinic-charts"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = aws_iam_role.app.arn }, Action = "s3:GetObject", Resource = "*" }]
  })
}

resource "aws_s3_bucket_policy" "text" {
  bucket = "clinic-charts"
  policy = <<-EOF
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "${aws_iam_role.app.arn}"}, "Action": "s3:GetObject", "Resource": "*"}]}
  EOF
}

# The account that writes the logs of load balancers.
data "aws_elb_service_account" "region" {}

resource "aws_s3_bucket_policy" "logs" {
  bucket = "clinic-logs"
  policy = <<-EOF
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "${data.aws_elb_service_account.region.arn}"}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::clinic-logs/*"}]}
  EOF
}
