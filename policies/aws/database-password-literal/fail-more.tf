resource "aws_docdbelastic_cluster" "charts" {
  name                = "charts"
  admin_user_name     = "charts"
  admin_user_password = "correct-horse-battery" # expect: database-password-literal
}

resource "aws_lightsail_database" "small" {
  relational_database_name = "small"
  master_username          = "small"
  master_password          = "correct-horse-battery" # expect: database-password-literal
}
