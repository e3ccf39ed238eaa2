resource "mongodbatlas_cluster" "ehr" { # expect: atlas-customer-key-missing
  project_id                  = "5f1a"
  name                        = "ehr"
  provider_name               = "AWS"
  provider_instance_size_name = "M30"
}
