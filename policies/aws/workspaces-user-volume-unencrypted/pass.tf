variable "value" {
  default = true
}

resource "aws_workspaces_workspace" "phi" {
  directory_id                   = "d-9067783251"
  bundle_id                      = "wsb-bh8rsxt14"
  user_name                      = "nurse"
  user_volume_encryption_enabled = true
}

resource "aws_workspaces_workspace" "from_variable" {
  directory_id                   = "d-9067783251"
  bundle_id                      = "wsb-bh8rsxt14"
  user_name                      = "nurse"
  user_volume_encryption_enabled = var.value
}
