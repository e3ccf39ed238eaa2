resource "google_container_node_pool" "phi" {
  name    = "apps"
  cluster = "clinic"
  management {
    auto_upgrade = true
    auto_repair  = true
  }
}

resource "google_container_cluster" "silent" {
  name     = "clinic"
  location = "us-central1"
}
