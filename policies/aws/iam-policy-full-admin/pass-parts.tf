variable "name" {
  type = string
}

resource "aws_s3_bucket" "clinic" {
  bucket_prefix = "clinic"
}

# Not everything, whatever the parts are that are not known.
resource "aws_iam_policy" "actions" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:${var.name}", Resource = "*" }] })
}

resource "aws_iam_policy" "bucket" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "arn:aws:s3:::${var.name}" }] })
}

resource "aws_iam_policy" "objects" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "${aws_s3_bucket.clinic.arn}/*" }] })
}
