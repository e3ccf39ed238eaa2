resource "google_project_iam_member" "editor" {
  project = "clinic"
  role    = "roles/editor" # expect: gcp-basic-role-granted
  member  = "group:staff@clinic.example"
}

resource "google_folder_iam_binding" "token" {
  folder  = "folders/1"
  role    = "roles/iam.serviceAccountTokenCreator" # expect: gcp-basic-role-granted
  members = ["group:staff@clinic.example"]
}

data "google_iam_policy" "project" {
  binding {
    role    = "roles/editor" # expect: gcp-basic-role-granted
    members = ["group:engineers@clinic.example"]
  }
}
