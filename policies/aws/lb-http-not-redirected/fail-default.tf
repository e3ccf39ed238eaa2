resource "aws_lb" "phi" {}

# Without a protocol a redirect keeps the one it came by; without one a listener of an application balancer speaks HTTP.
resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.phi.arn
  port              = 80
  default_action {
    type = "redirect"
    redirect { # expect: lb-http-not-redirected
      host        = "portal.acme.example"
      status_code = "HTTP_301"
    }
  }
}
