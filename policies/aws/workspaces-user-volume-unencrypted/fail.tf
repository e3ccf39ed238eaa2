resource "aws_workspaces_workspace" "off" {
  directory_id                   = "d-9067783251"
  bundle_id                      = "wsb-bh8rsxt14"
  user_name                      = "nurse"
  user_volume_encryption_enabled = false # expect: workspaces-user-volume-unencrypted
}

resource "aws_workspaces_workspace" "text" {
  directory_id                   = "d-9067783251"
  bundle_id                      = "wsb-bh8rsxt14"
  user_name                      = "nurse"
  user_volume_encryption_enabled = "false" # expect: workspaces-user-volume-unencrypted
}
