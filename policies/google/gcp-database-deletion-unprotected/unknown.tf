variable "protect" {
  type = bool
}

resource "google_spanner_database" "variable" {
  instance            = "clinic"
  name                = "ehr"
  deletion_protection = var.protect # expect: gcp-database-deletion-unprotected
}
