provider "aws" {
  region = "us-east-1"
  default_tags {
    tags = { backup = "daily" }
  }
}

resource "aws_db_instance" "patients" {
  engine         = "postgres"
  instance_class = "db.t4g.medium"
}

resource "aws_backup_selection" "tagged" {
  name         = "tagged"
  plan_id      = "2b1c3d4e-0000-1111-2222-333344445555"
  iam_role_arn = "arn:aws:iam::111122223333:role/backup"
  selection_tag {
    type  = "STRINGEQUALS"
    key   = "backup"
    value = "daily"
  }
}
