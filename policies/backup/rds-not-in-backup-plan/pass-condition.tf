resource "aws_db_instance" "patients" {
  engine         = "postgres"
  instance_class = "db.t4g.medium"
  tags           = { data-class = "phi", backup = "daily" }
}

resource "aws_backup_selection" "conditions" {
  name         = "conditions"
  plan_id      = "2b1c3d4e-0000-1111-2222-333344445555"
  iam_role_arn = "arn:aws:iam::111122223333:role/backup"
  resources    = ["*"]
  condition {
    string_equals {
      key   = "aws:ResourceTag/data-class"
      value = "phi"
    }
    string_equals {
      key   = "aws:ResourceTag/backup"
      value = "daily"
    }
  }
}
