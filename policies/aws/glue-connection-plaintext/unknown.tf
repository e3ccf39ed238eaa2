variable "tls" {
  type = string
}

resource "aws_glue_connection" "variable" {
  name = "ehr"
  connection_properties = {
    JDBC_ENFORCE_SSL = var.tls # expect: glue-connection-plaintext
  }
}
