resource "oci_objectstorage_bucket" "silent" {
  compartment_id = "c1"
  name           = "scans"
  namespace      = "clinic"
}

resource "oci_core_security_list" "web" {
  compartment_id = "c1"
  vcn_id         = "v1"
  ingress_security_rules {
    protocol = "6"
    source   = "0.0.0.0/0"
    tcp_options {
      min = 443
      max = 443
    }
  }
}
