resource "aws_db_instance" "ehr" {
  engine = "postgres"
}

resource "aws_db_instance" "ehr_replica" {
  replicate_source_db = aws_db_instance.ehr.identifier
}

resource "aws_db_instance" "billing" {
  engine = "mysql"
}
