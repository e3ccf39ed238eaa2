resource "mongodbatlas_auditing" "ehr" {
  project_id   = "5f1a"
  audit_filter = jsonencode({ atype = "authenticate" })
  enabled      = true
}
