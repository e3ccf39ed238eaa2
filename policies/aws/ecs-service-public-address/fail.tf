resource "aws_ecs_service" "off" {
  name            = "portal"
  cluster         = "clinic"
  task_definition = "portal"
  network_configuration {
    assign_public_ip = true # expect: ecs-service-public-address
  }
}

resource "aws_ecs_service" "text" {
  name            = "portal"
  cluster         = "clinic"
  task_definition = "portal"
  network_configuration {
    assign_public_ip = "true" # expect: ecs-service-public-address
  }
}
