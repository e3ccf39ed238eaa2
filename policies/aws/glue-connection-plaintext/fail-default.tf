resource "aws_glue_connection" "absent" { # expect: glue-connection-plaintext
  name = "ehr"
  connection_properties = {
    JDBC_CONNECTION_URL = "jdbc:postgresql://ehr/ehr"
  }
}
