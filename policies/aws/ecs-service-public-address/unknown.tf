variable "value" {
  type = bool
}

resource "aws_ecs_service" "variable" {
  name            = "portal"
  cluster         = "clinic"
  task_definition = "portal"
  network_configuration {
    assign_public_ip = var.value # expect: ecs-service-public-address
  }
}
