variable "value" {
  type = bool
}

resource "aws_workspaces_workspace" "variable" {
  directory_id                   = "d-9067783251"
  bundle_id                      = "wsb-bh8rsxt14"
  user_name                      = "nurse"
  root_volume_encryption_enabled = var.value # expect: workspaces-root-volume-unencrypted
}
