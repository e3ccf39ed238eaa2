# Atlas requires 1.2 unless told otherwise.
resource "mongodbatlas_cluster" "ehr" {
  project_id                  = "5f1a"
  name                        = "ehr"
  provider_name               = "AWS"
  provider_instance_size_name = "M30"
}
