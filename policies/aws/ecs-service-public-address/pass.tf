variable "value" {
  default = false
}

resource "aws_ecs_service" "phi" {
  name            = "portal"
  cluster         = "clinic"
  task_definition = "portal"
  network_configuration {
    assign_public_ip = false
  }
}

resource "aws_ecs_service" "from_variable" {
  name            = "portal"
  cluster         = "clinic"
  task_definition = "portal"
  network_configuration {
    assign_public_ip = var.value
  }
}
