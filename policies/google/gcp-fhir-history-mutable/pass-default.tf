resource "google_healthcare_fhir_store" "absent" {
  name    = "fhir"
  dataset = "clinic"
  version = "R4"
}
