variable "status" {
  type = string
}

resource "aws_efs_backup_policy" "variable" {
  file_system_id = "fs-1"
  backup_policy {
    status = var.status # expect: efs-backup-off
  }
}
