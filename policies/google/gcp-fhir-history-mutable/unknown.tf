variable "off" {
  type = bool
}

resource "google_healthcare_fhir_store" "variable" {
  name                        = "fhir"
  dataset                     = "clinic"
  version                     = "R4"
  disable_resource_versioning = var.off # expect: gcp-fhir-history-mutable
}
