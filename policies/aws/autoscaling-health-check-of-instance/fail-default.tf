resource "aws_autoscaling_group" "absent" { # expect: autoscaling-health-check-of-instance
  min_size          = 1
  max_size          = 3
  target_group_arns = ["tg"]
}
