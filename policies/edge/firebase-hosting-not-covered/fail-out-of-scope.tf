# There is an agreement, but it names something else.
resource "google_firebase_hosting_site" "portal" { # expect: firebase-hosting-not-covered
  project = "acme-phi"
  site_id = "patient-portal"
}
