resource "aws_subnet" "private" {
  vpc_id = "vpc-0a1b2c3d"
}

resource "aws_opensearch_domain" "phi" {
  domain_name = "records"
  vpc_options {
    subnet_ids = [aws_subnet.private.id]
  }
}
