# What is not written holds.
resource "google_alloydb_instance" "absent" {
  cluster       = "clinic"
  instance_id   = "primary"
  instance_type = "PRIMARY"
}
