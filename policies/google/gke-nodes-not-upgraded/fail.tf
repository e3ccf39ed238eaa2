resource "google_container_node_pool" "old" {
  name    = "apps"
  cluster = "clinic"
  management {
    auto_upgrade = false # expect: gke-nodes-not-upgraded
  }
}

resource "google_container_cluster" "old" {
  name     = "clinic"
  location = "us-central1"
  release_channel {
    channel = "UNSPECIFIED" # expect: gke-nodes-not-upgraded
  }
}
