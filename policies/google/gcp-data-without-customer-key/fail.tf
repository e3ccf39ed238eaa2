resource "google_spanner_database" "silent" { # expect: gcp-data-without-customer-key
  name     = "ehr"
  instance = "clinic"
}

resource "google_bigtable_instance" "half" { # expect: gcp-data-without-customer-key
  name = "vitals"
  cluster {
    cluster_id   = "a"
    kms_key_name = "projects/clinic/locations/us/keyRings/phi/cryptoKeys/phi"
  }
  cluster {
    cluster_id = "b"
  }
}
