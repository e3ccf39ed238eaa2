resource "aws_db_instance" "patients" { # expect: rds-not-in-backup-plan
  identifier     = "patients"
  engine         = "postgres"
  instance_class = "db.t4g.medium"
}

resource "aws_backup_selection" "databases" {
  name          = "databases"
  plan_id       = "2b1c3d4e-0000-1111-2222-333344445555"
  iam_role_arn  = "arn:aws:iam::111122223333:role/backup"
  resources     = ["*"]
  not_resources = ["arn:aws:rds:us-east-1:111122223333:db:patients"]
}
