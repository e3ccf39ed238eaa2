# Off unless switched on.
resource "mongodbatlas_auditing" "ehr" { # expect: atlas-auditing-disabled
  project_id   = "5f1a"
  audit_filter = jsonencode({ atype = "authenticate" })
}
