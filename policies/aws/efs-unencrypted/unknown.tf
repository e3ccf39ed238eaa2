variable "encrypted" {
  type = bool
}

resource "aws_efs_file_system" "variable" {
  creation_token = "scans"
  encrypted      = var.encrypted # expect: efs-unencrypted
}
