resource "mongodbatlas_advanced_cluster" "ehr" {
  project_id     = "5f1a"
  name           = "ehr"
  cluster_type   = "REPLICASET"
  backup_enabled = true

  replication_specs {
    region_configs {
      provider_name = "AWS"
      region_name   = "US_EAST_1"
      priority      = 7

      electable_specs {
        instance_size = "M30"
        node_count    = 3
      }
    }
  }
}

resource "mongodbatlas_cluster" "old" {
  project_id                  = "5f1a"
  name                        = "old"
  provider_name               = "AWS"
  provider_instance_size_name = "M30"
  cloud_backup                = true
}
