variable "backup" {
  type = bool
}

resource "google_alloydb_cluster" "variable" { # expect: gcp-alloydb-backup-off
  cluster_id = "clinic"
  location   = "us-central1"
  automated_backup_policy {
    enabled = false
  }
  continuous_backup_config {
    enabled = var.backup
  }
}
