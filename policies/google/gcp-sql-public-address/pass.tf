resource "google_compute_network" "phi" {
  name                    = "phi"
  auto_create_subnetworks = false
}

resource "google_sql_database_instance" "ehr" {
  name             = "ehr"
  database_version = "POSTGRES_16"
  region           = "us-central1"

  settings {
    tier = "db-custom-4-16384"

    ip_configuration {
      ipv4_enabled    = false
      private_network = google_compute_network.phi.id
    }
  }
}
