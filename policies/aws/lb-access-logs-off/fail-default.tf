resource "aws_lb" "silent" { # expect: lb-access-logs-off
  name = "portal"
}

resource "aws_lb" "bucket" { # expect: lb-access-logs-off
  name = "portal"
  access_logs {
    bucket = "logs"
  }
}

resource "aws_elb" "silent" { # expect: lb-access-logs-off
  name = "portal"
  listener {
    instance_port     = 443
    instance_protocol = "https"
    lb_port           = 443
    lb_protocol       = "https"
  }
}
