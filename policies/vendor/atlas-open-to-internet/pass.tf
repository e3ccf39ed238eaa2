resource "mongodbatlas_project_ip_access_list" "office" {
  project_id = "5f1a"
  cidr_block = "52.10.20.0/24"
}

resource "mongodbatlas_project_ip_access_list" "app" {
  project_id = "5f1a"
  ip_address = "52.10.21.4"
}
