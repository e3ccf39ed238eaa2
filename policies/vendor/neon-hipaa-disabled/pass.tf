resource "neon_project" "ehr" {
  name      = "ehr"
  region_id = "aws-us-east-1"
  hipaa     = "yes"
}
