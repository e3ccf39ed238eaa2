variable "auditing" {
  type = bool
}

resource "mongodbatlas_auditing" "ehr" {
  project_id   = "5f1a"
  audit_filter = jsonencode({ atype = "authenticate" })
  enabled      = var.auditing # expect: atlas-auditing-disabled
}
