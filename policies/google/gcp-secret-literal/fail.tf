resource "google_secret_manager_secret_version" "ehr" {
  secret      = "ehr"
  secret_data = "hunter2-Kx93mQpz" # expect: gcp-secret-literal
}

resource "google_compute_vpn_tunnel" "clinic" {
  name          = "clinic"
  peer_ip       = "198.51.100.1"
  shared_secret = "hunter2-Kx93mQpz" # expect: gcp-secret-literal
}
