resource "aws_glue_connection" "phi" {
  name = "ehr"
  connection_properties = {
    JDBC_CONNECTION_URL = "jdbc:postgresql://ehr/ehr"
    JDBC_ENFORCE_SSL    = "true"
  }
}

resource "aws_glue_connection" "network" {
  name            = "network"
  connection_type = "NETWORK"
}
