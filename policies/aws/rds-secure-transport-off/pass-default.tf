resource "aws_db_parameter_group" "mariadb" {
  family = "mariadb11.8"
}
