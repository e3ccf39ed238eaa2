resource "aws_ebs_snapshot_block_public_access" "off" {
  state = "unblocked" # expect: ebs-snapshot-sharing-not-blocked
}

resource "aws_snapshot_create_volume_permission" "all" {
  snapshot_id = "snap-1"
  account_id  = "all" # expect: ebs-snapshot-sharing-not-blocked
}
