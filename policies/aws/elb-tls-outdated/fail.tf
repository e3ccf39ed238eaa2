resource "aws_load_balancer_policy" "old" {
  load_balancer_name = "portal"
  policy_name        = "tls"
  policy_type_name   = "SSLNegotiationPolicyType"
  policy_attribute {
    name  = "Reference-Security-Policy"
    value = "ELBSecurityPolicy-2016-08" # expect: elb-tls-outdated
  }
}

resource "aws_load_balancer_policy" "own" {
  load_balancer_name = "portal"
  policy_name        = "tls"
  policy_type_name   = "SSLNegotiationPolicyType"
  policy_attribute {
    name  = "Protocol-TLSv1"
    value = "true" # expect: elb-tls-outdated
  }
}
