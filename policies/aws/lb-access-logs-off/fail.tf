resource "aws_lb" "off" {
  name = "portal"
  access_logs {
    bucket  = "logs"
    enabled = false # expect: lb-access-logs-off
  }
}

resource "aws_elb" "off" {
  name = "portal"
  listener {
    instance_port     = 443
    instance_protocol = "https"
    lb_port           = 443
    lb_protocol       = "https"
  }
  access_logs {
    bucket  = "logs"
    enabled = false # expect: lb-access-logs-off
  }
}
