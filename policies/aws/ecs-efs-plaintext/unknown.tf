variable "mode" {
  type = string
}

resource "aws_ecs_task_definition" "variable" {
  family                = "portal"
  container_definitions = "[]"
  volume {
    name = "scans"
    efs_volume_configuration {
      file_system_id     = "fs-1"
      transit_encryption = var.mode # expect: ecs-efs-plaintext
    }
  }
}
