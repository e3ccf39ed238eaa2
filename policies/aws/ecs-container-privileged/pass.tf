resource "aws_ecs_task_definition" "phi" {
  family       = "portal"
  network_mode = "host"
  container_definitions = jsonencode([{
    name  = "app"
    image = "clinic/portal"
    user  = "1000"
  }])
}

resource "aws_ecs_task_definition" "plain" {
  family = "portal"
  container_definitions = jsonencode([{
    name  = "app"
    image = "clinic/portal"
  }])
}
