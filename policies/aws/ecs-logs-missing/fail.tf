resource "aws_ecs_task_definition" "silent" {
  family = "portal"
  container_definitions = jsonencode([{ # expect: ecs-logs-missing
    name  = "app"
    image = "clinic/portal"
  }])
}
