resource "aws_vpc" "phi" {
  cidr_block = "10.20.0.0/16"
}

resource "aws_s3_access_point" "documents" {
  bucket = "acme-phi-documents"
  name   = "documents"
  vpc_configuration {
    vpc_id = aws_vpc.phi.id
  }
}
