resource "google_compute_disk" "scans" {
  name = "scans"
  disk_encryption_key {
    raw_key = "acXTX3rxrKAFTF0tYVLvydU1riRZTvUNC4g5I11NY8c=" # expect: gcp-disk-key-literal
  }
}
