# Off unless switched on.
resource "mongodbatlas_cluster" "old" { # expect: atlas-backup-disabled
  project_id                  = "5f1a"
  name                        = "old"
  provider_name               = "AWS"
  provider_instance_size_name = "M30"
}

resource "mongodbatlas_advanced_cluster" "ehr" { # expect: atlas-backup-disabled
  project_id   = "5f1a"
  name         = "ehr"
  cluster_type = "REPLICASET"

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
