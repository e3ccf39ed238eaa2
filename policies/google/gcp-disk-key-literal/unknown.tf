variable "generate" {
  type = bool
}

resource "random_bytes" "key" {
  length = 32
}

resource "google_compute_disk" "scans" {
  name = "scans"
  disk_encryption_key {
    raw_key = var.generate ? random_bytes.key.base64 : "acXTX3rxrKAFTF0tYVLvydU1riRZTvUNC4g5I11NY8c=" # expect: gcp-disk-key-literal
  }
}
