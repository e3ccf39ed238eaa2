# The agreement that named the runtime has run out.
resource "google_firebase_hosting_site" "portal" { # expect: firebase-hosting-not-covered
  project = "acme-phi"
  site_id = "patient-portal"
}
