variable "recovery" {
  type = bool
}

resource "mongodbatlas_cluster" "ehr" {
  project_id                  = "5f1a"
  name                        = "ehr"
  provider_name               = "AWS"
  provider_instance_size_name = "M30"
  pit_enabled                 = var.recovery # expect: atlas-point-in-time-recovery-disabled
}
