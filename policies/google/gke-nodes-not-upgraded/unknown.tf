variable "upgrade" {
  type = bool
}

resource "google_container_node_pool" "variable" {
  name    = "apps"
  cluster = "clinic"
  management {
    auto_upgrade = var.upgrade # expect: gke-nodes-not-upgraded
  }
}
