resource "aws_glue_connection" "off" {
  name = "ehr"
  connection_properties = {
    JDBC_CONNECTION_URL = "jdbc:postgresql://ehr/ehr"
    JDBC_ENFORCE_SSL    = "false" # expect: glue-connection-plaintext
  }
}
