resource "google_healthcare_fhir_store" "phi" {
  name                        = "fhir"
  dataset                     = "clinic"
  version                     = "R4"
  disable_resource_versioning = false
}
