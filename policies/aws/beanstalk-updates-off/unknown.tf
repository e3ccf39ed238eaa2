variable "on" {
  type = string
}

resource "aws_elastic_beanstalk_environment" "variable" { # expect: beanstalk-updates-off
  name        = "portal"
  application = "portal"
  setting {
    namespace = "aws:elasticbeanstalk:managedactions"
    name      = "ManagedActionsEnabled"
    value     = var.on
  }
}
