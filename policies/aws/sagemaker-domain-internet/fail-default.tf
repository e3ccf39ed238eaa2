resource "aws_sagemaker_domain" "absent" { # expect: sagemaker-domain-internet
  domain_name = "research"
}
