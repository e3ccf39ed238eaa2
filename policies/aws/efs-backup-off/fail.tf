resource "aws_efs_backup_policy" "off" {
  file_system_id = "fs-1"
  backup_policy {
    status = "DISABLED" # expect: efs-backup-off
  }
}
