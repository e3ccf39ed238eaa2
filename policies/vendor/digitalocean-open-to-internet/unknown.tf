variable "acl" {
  type = string
}

resource "digitalocean_spaces_bucket" "variable" {
  name = "scans"
  acl  = var.acl # expect: digitalocean-open-to-internet
}
