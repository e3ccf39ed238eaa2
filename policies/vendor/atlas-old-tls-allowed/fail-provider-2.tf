resource "mongodbatlas_advanced_cluster" "ehr" {
  project_id   = "5f1a"
  name         = "ehr"
  cluster_type = "REPLICASET"

  replication_specs = [{
    region_configs = [{
      provider_name   = "AWS"
      region_name     = "US_EAST_1"
      priority        = 7
      electable_specs = { instance_size = "M30", node_count = 3 }
    }]
  }]

  advanced_configuration = {
    minimum_enabled_tls_protocol = "TLS1_0" # expect: atlas-old-tls-allowed
  }
}
