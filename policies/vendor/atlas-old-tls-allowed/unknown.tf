variable "tls" {
  type = string
}

resource "mongodbatlas_cluster" "ehr" {
  project_id                  = "5f1a"
  name                        = "ehr"
  provider_name               = "AWS"
  provider_instance_size_name = "M30"

  advanced_configuration {
    minimum_enabled_tls_protocol = var.tls # expect: atlas-old-tls-allowed
  }
}
