resource "oci_objectstorage_bucket" "public" {
  compartment_id = "c1"
  name           = "scans"
  namespace      = "clinic"
  access_type    = "ObjectRead" # expect: oci-open-to-internet
}

resource "oci_core_security_list" "ssh" {
  compartment_id = "c1"
  vcn_id         = "v1"
  ingress_security_rules {
    protocol = "6"
    source   = "0.0.0.0/0" # expect: oci-open-to-internet
    tcp_options {
      min = 22
      max = 22
    }
  }
}

resource "oci_core_network_security_group_security_rule" "all" {
  network_security_group_id = "n1"
  direction                 = "INGRESS"
  protocol                  = "all"
  source_type               = "CIDR_BLOCK"
  source                    = "0.0.0.0/0" # expect: oci-open-to-internet
}
