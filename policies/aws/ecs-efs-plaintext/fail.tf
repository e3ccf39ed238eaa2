resource "aws_ecs_task_definition" "off" {
  family                = "portal"
  container_definitions = "[]"
  volume {
    name = "scans"
    efs_volume_configuration {
      file_system_id     = "fs-1"
      transit_encryption = "DISABLED" # expect: ecs-efs-plaintext
    }
  }
}

resource "aws_ecs_task_definition" "absent" {
  family                = "portal"
  container_definitions = "[]"
  volume {
    name = "scans"
    efs_volume_configuration { # expect: ecs-efs-plaintext
      file_system_id = "fs-1"
    }
  }
}
