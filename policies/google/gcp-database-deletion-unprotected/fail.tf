resource "google_spanner_database" "off" {
  instance            = "clinic"
  name                = "ehr"
  deletion_protection = false # expect: gcp-database-deletion-unprotected
}

resource "google_bigtable_instance" "off" {
  name                = "vitals"
  deletion_protection = "false" # expect: gcp-database-deletion-unprotected
}
