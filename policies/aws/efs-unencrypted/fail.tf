resource "aws_efs_file_system" "off" {
  creation_token = "scans"
  encrypted      = false # expect: efs-unencrypted
}
