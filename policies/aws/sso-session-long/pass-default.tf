resource "aws_ssoadmin_permission_set" "hour" {
  name         = "operations"
  instance_arn = "arn:aws:sso:::instance/ssoins-1"
}
