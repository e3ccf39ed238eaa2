resource "google_compute_instance" "default" {
  name         = "portal"
  machine_type = "n2-standard-4"
  boot_disk {
    initialize_params {
      image = "debian-12"
    }
  }
  service_account { # expect: gcp-instance-default-account
    scopes = ["cloud-platform"]
  }
}

resource "google_compute_instance" "named" {
  name         = "portal"
  machine_type = "n2-standard-4"
  boot_disk {
    initialize_params {
      image = "debian-12"
    }
  }
  service_account { # expect: gcp-instance-default-account
    email  = "123456789012-compute@developer.gserviceaccount.com"
    scopes = ["https://www.googleapis.com/auth/cloud-platform"]
  }
}

resource "google_compute_instance" "few_scopes" {
  name         = "portal"
  machine_type = "n2-standard-4"
  service_account { # expect: gcp-instance-default-account
    email  = "123456789012-compute@developer.gserviceaccount.com"
    scopes = ["userinfo-email", "storage-rw"]
  }
}

data "google_compute_default_service_account" "default" {
}

resource "google_compute_instance" "looked_up" {
  name         = "portal"
  machine_type = "n2-standard-4"
  service_account { # expect: gcp-instance-default-account
    email  = data.google_compute_default_service_account.default.email
    scopes = ["cloud-platform"]
  }
}

resource "google_container_node_pool" "silent" { # expect: gcp-instance-default-account
  name    = "apps"
  cluster = "clinic"
  node_config {
    machine_type = "n2-standard-4"
  }
}

resource "google_container_cluster" "first_pool" { # expect: gcp-instance-default-account
  name               = "clinic"
  location           = "us-central1"
  initial_node_count = 3
}

resource "google_container_cluster" "inline" {
  name     = "clinic"
  location = "us-central1"
  node_pool {
    name = "apps"
    node_config {
      service_account = "default" # expect: gcp-instance-default-account
    }
  }
}
