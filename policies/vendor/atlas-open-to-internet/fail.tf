resource "mongodbatlas_project_ip_access_list" "any" {
  project_id = "5f1a"
  cidr_block = "0.0.0.0/0" # expect: atlas-open-to-internet
}

resource "mongodbatlas_project_ip_access_list" "zero" {
  project_id = "5f1a"
  ip_address = "0.0.0.0" # expect: atlas-open-to-internet
}

resource "mongodbatlas_project_ip_access_list" "wide" {
  project_id = "5f1a"
  cidr_block = "52.0.0.0/8" # expect: atlas-open-to-internet
}
