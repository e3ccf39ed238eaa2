resource "google_sql_database_instance" "mysql" {
  name             = "ehr"
  database_version = "MYSQL_8_0"
  settings {
    tier = "db-n1-standard-2"
    database_flags {
      name  = "local_infile"
      value = "on" # expect: gcp-sql-dangerous-flag
    }
  }
}

resource "google_sql_database_instance" "sqlserver" {
  name             = "ehr"
  database_version = "SQLSERVER_2019_STANDARD"
  settings {
    tier = "db-custom-2-7680"
    database_flags {
      name  = "cross db ownership chaining"
      value = "on" # expect: gcp-sql-dangerous-flag
    }
    database_flags {
      name  = "contained database authentication"
      value = "on" # expect: gcp-sql-dangerous-flag
    }
  }
}
