# The containers of one task may see each other.
resource "aws_ecs_task_definition" "agent" {
  family                = "agent"
  pid_mode              = "task"
  container_definitions = jsonencode([{ name = "agent", image = "clinic/agent" }])
}
