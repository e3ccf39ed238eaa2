# A write-only argument keeps it out of the state, not out of the repository.
resource "aws_db_instance" "patients" {
  engine              = "postgres"
  instance_class      = "db.t4g.medium"
  username            = "app"
  password_wo         = "correct-horse-battery" # expect: database-password-literal
  password_wo_version = 1
}

resource "aws_rds_cluster" "charts" {
  engine                     = "aurora-postgresql"
  master_username            = "app"
  master_password_wo         = "correct-horse-battery" # expect: database-password-literal
  master_password_wo_version = 1
}

resource "aws_redshiftserverless_namespace" "reports" {
  namespace_name                 = "reports"
  admin_username                 = "app"
  admin_user_password_wo         = "correct-horse-battery" # expect: database-password-literal
  admin_user_password_wo_version = 1
}
