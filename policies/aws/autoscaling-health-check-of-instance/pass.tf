resource "aws_autoscaling_group" "phi" {
  min_size          = 1
  max_size          = 3
  target_group_arns = ["tg"]
  health_check_type = "ELB"
}
