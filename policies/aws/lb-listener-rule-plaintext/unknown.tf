variable "listener" {
  type = string
}

resource "aws_lb_listener_rule" "elsewhere" {
  listener_arn = var.listener
  action {
    type             = "forward" # expect: lb-listener-rule-plaintext
    target_group_arn = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/app/0123456789abcdef"
  }
  condition {
    path_pattern {
      values = ["/app/*"]
    }
  }
}
