resource "aws_lb" "phi" {
  name = "portal"
  access_logs {
    bucket  = "logs"
    enabled = true
  }
}

resource "aws_elb" "phi" {
  name = "portal"
  listener {
    instance_port     = 443
    instance_protocol = "https"
    lb_port           = 443
    lb_protocol       = "https"
  }
  access_logs {
    bucket = "logs"
  }
}
