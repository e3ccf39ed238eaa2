resource "aws_sagemaker_domain" "phi" {
  domain_name             = "research"
  app_network_access_type = "VpcOnly"
}
