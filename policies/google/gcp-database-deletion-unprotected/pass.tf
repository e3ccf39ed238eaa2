resource "google_spanner_database" "phi" {
  instance               = "clinic"
  name                   = "ehr"
  deletion_protection    = false
  enable_drop_protection = true
}

resource "google_bigtable_instance" "phi" {
  name                = "vitals"
  deletion_protection = true
}
