variable "containers" {
  type = string
}

resource "aws_ecs_task_definition" "variable" {
  family                = "portal"
  container_definitions = var.containers # expect: ecs-environment-credential
}
