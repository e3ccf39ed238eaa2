resource "aws_efs_backup_policy" "phi" {
  file_system_id = "fs-1"
  backup_policy {
    status = "ENABLED"
  }
}
