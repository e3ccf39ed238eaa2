variable "state" {
  type = string
}

resource "aws_ebs_snapshot_block_public_access" "variable" {
  state = var.state # expect: ebs-snapshot-sharing-not-blocked
}
