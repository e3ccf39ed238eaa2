resource "mongodbatlas_cluster" "ehr" {
  project_id                  = "5f1a"
  name                        = "ehr"
  provider_name               = "AWS"
  provider_instance_size_name = "M30"
  redact_client_log_data      = false # expect: atlas-log-redaction-disabled
}
