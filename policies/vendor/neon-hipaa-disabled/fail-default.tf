# Off unless switched on.
resource "neon_project" "ehr" { # expect: neon-hipaa-disabled
  name      = "ehr"
  region_id = "aws-us-east-1"
}
