resource "aws_ssoadmin_permission_set" "phi" {
  name             = "operations"
  instance_arn     = "arn:aws:sso:::instance/ssoins-1"
  session_duration = "PT8H"
}
