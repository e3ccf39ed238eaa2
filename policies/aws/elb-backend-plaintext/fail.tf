resource "aws_elb" "legacy" {
  subnets = ["subnet-0123456789abcdef0"]
  listener {
    lb_port            = 443
    lb_protocol        = "https"
    instance_port      = 8080
    instance_protocol  = "http" # expect: elb-backend-plaintext
    ssl_certificate_id = "arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012"
  }
}
