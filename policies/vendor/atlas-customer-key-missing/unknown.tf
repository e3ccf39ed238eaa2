variable "key_provider" {
  type = string
}

resource "mongodbatlas_cluster" "ehr" {
  project_id                  = "5f1a"
  name                        = "ehr"
  provider_name               = "AWS"
  provider_instance_size_name = "M30"
  encryption_at_rest_provider = var.key_provider # expect: atlas-customer-key-missing
}
