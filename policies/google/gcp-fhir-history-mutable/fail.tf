resource "google_healthcare_fhir_store" "off" {
  name                        = "fhir"
  dataset                     = "clinic"
  version                     = "R4"
  disable_resource_versioning = true # expect: gcp-fhir-history-mutable
}

resource "google_healthcare_fhir_store" "rewrite" {
  name                         = "fhir"
  dataset                      = "clinic"
  version                      = "R4"
  enable_history_modifications = true # expect: gcp-fhir-history-mutable
}
