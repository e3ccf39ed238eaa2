# What is not written holds.
resource "aws_ecs_service" "absent" {
  name            = "portal"
  cluster         = "clinic"
  task_definition = "portal"
}
