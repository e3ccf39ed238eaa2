resource "google_kms_crypto_key" "absent" { # expect: gcp-kms-key-without-rotation
  name     = "phi"
  key_ring = "clinic"
}
