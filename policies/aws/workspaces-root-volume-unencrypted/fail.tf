resource "aws_workspaces_workspace" "off" {
  directory_id                   = "d-9067783251"
  bundle_id                      = "wsb-bh8rsxt14"
  user_name                      = "nurse"
  root_volume_encryption_enabled = false # expect: workspaces-root-volume-unencrypted
}

resource "aws_workspaces_workspace" "text" {
  directory_id                   = "d-9067783251"
  bundle_id                      = "wsb-bh8rsxt14"
  user_name                      = "nurse"
  root_volume_encryption_enabled = "false" # expect: workspaces-root-volume-unencrypted
}
