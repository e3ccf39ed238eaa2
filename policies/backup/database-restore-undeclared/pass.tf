resource "aws_db_instance" "ehr" {
  engine = "postgres"
}
