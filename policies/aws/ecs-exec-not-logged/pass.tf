resource "aws_ecs_cluster" "default" {
  name = "default"
}

resource "aws_ecs_cluster" "portal" {
  name = "portal"
  configuration {
    execute_command_configuration {
      logging = "OVERRIDE"
      log_configuration {
        cloud_watch_log_group_name = "exec"
      }
    }
  }
}
