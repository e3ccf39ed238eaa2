resource "google_kms_crypto_key" "phi" {
  name            = "phi"
  key_ring        = "clinic"
  rotation_period = "7776000s"
}

resource "google_kms_crypto_key" "signing" {
  name     = "phi"
  key_ring = "clinic"
  purpose  = "ASYMMETRIC_SIGN"
}
