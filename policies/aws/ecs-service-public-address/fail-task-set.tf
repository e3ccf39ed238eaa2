resource "aws_ecs_task_set" "portal" {
  service         = "portal"
  cluster         = "portal"
  task_definition = "portal:1"
  network_configuration {
    subnets          = ["subnet-0123456789abcdef0"]
    assign_public_ip = true # expect: ecs-service-public-address
  }
}
