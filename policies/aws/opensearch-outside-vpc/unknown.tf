variable "subnets" {
  type = list(string)
}

resource "aws_opensearch_domain" "variable" {
  domain_name = "records"
  vpc_options {
    subnet_ids = var.subnets # expect: opensearch-outside-vpc
  }
}
