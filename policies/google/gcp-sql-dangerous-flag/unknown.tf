variable "infile" {
  type = string
}

resource "google_sql_database_instance" "variable" {
  name             = "ehr"
  database_version = "MYSQL_8_0"
  settings {
    tier = "db-n1-standard-2"
    database_flags {
      name  = "local_infile"
      value = var.infile # expect: gcp-sql-dangerous-flag
    }
  }
}
