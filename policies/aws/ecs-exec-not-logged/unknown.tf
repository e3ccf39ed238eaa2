variable "logging" {
  type = string
}

resource "aws_ecs_cluster" "portal" {
  name = "portal"
  configuration {
    execute_command_configuration {
      logging = var.logging # expect: ecs-exec-not-logged
    }
  }
}
