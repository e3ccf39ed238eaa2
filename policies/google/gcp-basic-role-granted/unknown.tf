variable "role" {
  type = string
}

resource "google_project_iam_member" "variable" {
  project = "clinic"
  role    = var.role # expect: gcp-basic-role-granted
  member  = "group:staff@clinic.example"
}
