variable "kind" {
  type = string
}

resource "aws_autoscaling_group" "variable" {
  min_size          = 1
  max_size          = 3
  target_group_arns = ["tg"]
  health_check_type = var.kind # expect: autoscaling-health-check-of-instance
}
