resource "aws_ecs_task_definition" "agent" {
  family                = "agent"
  pid_mode              = "host" # expect: ecs-container-privileged
  container_definitions = jsonencode([{ name = "agent", image = "clinic/agent" }])
}
