variable "mode" {
  type = string
}

resource "aws_sagemaker_domain" "variable" {
  domain_name             = "research"
  app_network_access_type = var.mode # expect: sagemaker-domain-internet
}
