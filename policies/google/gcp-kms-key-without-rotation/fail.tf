resource "google_kms_crypto_key" "long" {
  name            = "phi"
  key_ring        = "clinic"
  rotation_period = "63072000s" # expect: gcp-kms-key-without-rotation
}
