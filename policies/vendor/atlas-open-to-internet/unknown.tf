variable "office" {
  type = string
}

resource "mongodbatlas_project_ip_access_list" "office" {
  project_id = "5f1a"
  cidr_block = var.office # expect: atlas-open-to-internet
}
