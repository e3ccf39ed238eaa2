resource "aws_ecs_cluster" "portal" {
  name = "portal"
  configuration {
    execute_command_configuration {
      logging = "NONE" # expect: ecs-exec-not-logged
    }
  }
}
