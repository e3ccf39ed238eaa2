variable "access" {
  type = string
}

resource "oci_objectstorage_bucket" "variable" {
  compartment_id = "c1"
  name           = "scans"
  namespace      = "clinic"
  access_type    = var.access # expect: oci-open-to-internet
}
