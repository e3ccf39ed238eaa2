variable "key" {
  type = string
}

resource "google_compute_disk" "variable" {
  name = "scans"
  disk_encryption_key {
    kms_key_self_link = var.key # expect: gcp-disk-without-customer-key
  }
}
