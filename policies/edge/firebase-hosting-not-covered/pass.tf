resource "google_firebase_hosting_site" "portal" {
  project = "acme-phi"
  site_id = "patient-portal"
}
