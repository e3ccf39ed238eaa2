# The ARN names it, the condition takes it out again.
resource "aws_db_instance" "named" { # expect: rds-not-in-backup-plan
  engine         = "postgres"
  instance_class = "db.t4g.medium"
  tags           = { backup = "never" }
}

resource "aws_backup_selection" "named" {
  name         = "named"
  plan_id      = "2b1c3d4e-0000-1111-2222-333344445555"
  iam_role_arn = "arn:aws:iam::111122223333:role/backup"
  resources    = [aws_db_instance.named.arn]
  condition {
    string_equals {
      key   = "aws:ResourceTag/backup"
      value = "daily"
    }
  }
}

# Clusters and snapshots are not instances.
resource "aws_backup_selection" "clusters" {
  name         = "clusters"
  plan_id      = "2b1c3d4e-0000-1111-2222-333344445555"
  iam_role_arn = "arn:aws:iam::111122223333:role/backup"
  resources    = ["arn:aws:rds:*:*:cluster:*", "arn:aws:rds:*:*:snapshot:*"]
}
