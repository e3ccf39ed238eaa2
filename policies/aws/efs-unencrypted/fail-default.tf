resource "aws_efs_file_system" "absent" { # expect: efs-unencrypted
  creation_token = "scans"
}
