variable "period" {
  type = string
}

resource "google_kms_crypto_key" "variable" {
  name            = "phi"
  key_ring        = "clinic"
  rotation_period = var.period # expect: gcp-kms-key-without-rotation
}
