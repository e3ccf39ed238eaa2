variable "hipaa" {
  type = string
}

resource "neon_project" "ehr" {
  name      = "ehr"
  region_id = "aws-us-east-1"
  hipaa     = var.hipaa # expect: neon-hipaa-disabled
}
