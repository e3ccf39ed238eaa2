resource "aws_sagemaker_domain" "open" {
  domain_name             = "research"
  app_network_access_type = "PublicInternetOnly" # expect: sagemaker-domain-internet
}
