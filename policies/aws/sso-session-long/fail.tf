resource "aws_ssoadmin_permission_set" "long" {
  name             = "operations"
  instance_arn     = "arn:aws:sso:::instance/ssoins-1"
  session_duration = "PT12H" # expect: sso-session-long
}
