resource "google_compute_disk" "google_key" { # expect: gcp-disk-without-customer-key
  name = "scans"
}
