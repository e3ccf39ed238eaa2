variable "duration" {
  type = string
}

resource "aws_ssoadmin_permission_set" "variable" {
  name             = "operations"
  instance_arn     = "arn:aws:sso:::instance/ssoins-1"
  session_duration = var.duration # expect: sso-session-long
}
