resource "google_sql_database_instance" "phi" {
  name             = "ehr"
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-4-16384"
    database_flags {
      name  = "cloudsql.enable_pgaudit"
      value = "on"
    }
  }
}

resource "google_sql_database_instance" "mysql" {
  name             = "ehr"
  database_version = "MYSQL_8_0"
  settings {
    tier = "db-n1-standard-2"
    database_flags {
      name  = "cloudsql_mysql_audit"
      value = "ON"
    }
  }
}

resource "google_sql_database_instance" "clone" {
  name             = "ehr-copy"
  database_version = "POSTGRES_16"
  clone {
    source_instance_name = "ehr"
  }
}
