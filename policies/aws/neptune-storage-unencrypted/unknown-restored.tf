resource "aws_neptune_cluster" "restored" { # expect: neptune-storage-unencrypted
  cluster_identifier  = "restored"
  snapshot_identifier = "arn:aws:rds:us-east-1:111122223333:cluster-snapshot:graph"
}
