# The value is that of the variable's default.
variable "encrypted" {
  type    = bool
  default = true
}

resource "aws_efs_file_system" "scans" {
  creation_token = "scans"
  encrypted      = var.encrypted
}
