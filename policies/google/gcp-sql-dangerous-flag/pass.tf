resource "google_sql_database_instance" "off" {
  name             = "ehr"
  database_version = "MYSQL_8_0"
  settings {
    tier = "db-n1-standard-2"
    database_flags {
      name  = "local_infile"
      value = "off"
    }
    database_flags {
      name  = "skip_show_database"
      value = "on"
    }
  }
}

resource "google_sql_database_instance" "silent" {
  name             = "ehr"
  database_version = "SQLSERVER_2019_STANDARD"
  settings {
    tier = "db-custom-2-7680"
  }
}
