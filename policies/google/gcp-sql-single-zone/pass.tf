variable "value" {
  default = "REGIONAL"
}

resource "google_sql_database_instance" "phi" {
  name             = "ehr"
  database_version = "POSTGRES_16"
  settings {
    availability_type = "REGIONAL"
  }
}

resource "google_sql_database_instance" "from_variable" {
  name             = "ehr"
  database_version = "POSTGRES_16"
  settings {
    availability_type = var.value
  }
}
