resource "google_alloydb_cluster" "off" { # expect: gcp-alloydb-backup-off
  cluster_id = "clinic"
  location   = "us-central1"
  automated_backup_policy {
    enabled = false
  }
  continuous_backup_config {
    enabled = false
  }
}
