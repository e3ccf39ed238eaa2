resource "aws_ecs_task_definition" "phi" {
  family = "portal"
  container_definitions = jsonencode([{
    name             = "app"
    image            = "clinic/portal"
    logConfiguration = { logDriver = "awslogs", options = { awslogs-group = "portal" } }
  }])
}
