resource "aws_elastic_beanstalk_environment" "old" { # expect: beanstalk-updates-off
  name        = "portal"
  application = "portal"
}
