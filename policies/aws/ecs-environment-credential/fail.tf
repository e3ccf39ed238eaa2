resource "aws_ecs_task_definition" "literal" {
  family = "portal"
  container_definitions = jsonencode([{ # expect: ecs-environment-credential
    name        = "app"
    image       = "clinic/portal"
    environment = [{ name = "DB_PASSWORD", value = "hunter2-Kx93mQpz" }]
  }])
}
