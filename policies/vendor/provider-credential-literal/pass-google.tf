provider "google" {
  project     = "clinic"
  credentials = "/run/secrets/google.json"
}
