resource "aws_ecs_task_definition" "writable" {
  family = "portal"
  container_definitions = jsonencode([{ # expect: ecs-root-filesystem-writable
    name  = "app"
    image = "clinic/portal"
  }])
}
