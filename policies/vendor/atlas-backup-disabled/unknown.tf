variable "backups" {
  type = bool
}

resource "mongodbatlas_cluster" "old" {
  project_id                  = "5f1a"
  name                        = "old"
  provider_name               = "AWS"
  provider_instance_size_name = "M30"
  cloud_backup                = var.backups # expect: atlas-backup-disabled
}
