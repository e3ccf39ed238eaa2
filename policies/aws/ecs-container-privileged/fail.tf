resource "aws_ecs_task_definition" "privileged" {
  family = "portal"
  container_definitions = jsonencode([{ # expect: ecs-container-privileged
    name       = "app"
    image      = "clinic/portal"
    privileged = true
  }])
}

resource "aws_ecs_task_definition" "root" {
  family       = "portal"
  network_mode = "host"
  container_definitions = jsonencode([{ # expect: ecs-container-privileged
    name  = "app"
    image = "clinic/portal"
  }])
}
