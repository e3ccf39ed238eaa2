# What is not written is off.
resource "aws_workspaces_workspace" "absent" { # expect: workspaces-root-volume-unencrypted
  directory_id = "d-9067783251"
  bundle_id    = "wsb-bh8rsxt14"
  user_name    = "nurse"
}
