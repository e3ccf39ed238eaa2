resource "google_alloydb_cluster" "absent" {
  cluster_id = "clinic"
  location   = "us-central1"
}

resource "google_alloydb_cluster" "continuous" {
  cluster_id = "clinic"
  location   = "us-central1"
  automated_backup_policy {
    enabled = false
  }
}
