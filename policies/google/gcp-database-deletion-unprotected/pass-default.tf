resource "google_bigtable_instance" "absent" {
  name = "vitals"
}
