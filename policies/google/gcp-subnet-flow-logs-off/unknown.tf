variable "logs" {
  type = list(string)
}

resource "google_compute_subnetwork" "variable" { # expect: gcp-subnet-flow-logs-off
  name          = "phi"
  network       = "clinic"
  ip_cidr_range = "10.0.0.0/24"
  dynamic "log_config" {
    for_each = var.logs
    content {
      aggregation_interval = log_config.value
    }
  }
}
