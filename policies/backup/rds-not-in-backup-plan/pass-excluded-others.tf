resource "aws_ebs_volume" "scratch" {
  availability_zone = "us-east-1a"
  size              = 100
}

data "aws_caller_identity" "current" {}

resource "aws_db_instance" "patients" {
  identifier     = "patients"
  engine         = "postgres"
  instance_class = "db.t4g.medium"
}

resource "aws_backup_selection" "databases" {
  name         = "databases"
  plan_id      = "2b1c3d4e-0000-1111-2222-333344445555"
  iam_role_arn = "arn:aws:iam::111122223333:role/backup"
  resources    = ["*"]
  not_resources = [
    aws_ebs_volume.scratch.arn,
    "arn:aws:ec2:*:*:instance/*",
    "arn:aws:dynamodb:us-east-1:${data.aws_caller_identity.current.account_id}:table/sessions",
    "arn:aws:rds:*:*:cluster:*",
    "arn:aws:rds:us-east-1:111122223333:db:synthetic",
    "arn:aws:rds:us-east-1:${data.aws_caller_identity.current.account_id}:db:practice",
  ]
}
