resource "google_project_iam_member" "phi" {
  project = "clinic"
  role    = "roles/cloudsql.client"
  member  = "serviceAccount:ehr@clinic.iam.gserviceaccount.com"
}
