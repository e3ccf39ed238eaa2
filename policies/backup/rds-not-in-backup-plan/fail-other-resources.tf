# A volume, and tables.
data "aws_caller_identity" "current" {}

resource "aws_ebs_volume" "scans" {
  availability_zone = "us-east-1a"
  size              = 100
}

resource "aws_db_instance" "patients" { # expect: rds-not-in-backup-plan
  engine         = "postgres"
  instance_class = "db.t4g.medium"
}

resource "aws_backup_selection" "others" {
  name         = "others"
  plan_id      = "2b1c3d4e-0000-1111-2222-333344445555"
  iam_role_arn = "arn:aws:iam::111122223333:role/backup"
  resources = [
    aws_ebs_volume.scans.arn,
    "arn:aws:dynamodb:us-east-1:${data.aws_caller_identity.current.account_id}:table/*",
  ]
}
