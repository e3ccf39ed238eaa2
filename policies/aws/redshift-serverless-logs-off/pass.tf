resource "aws_redshiftserverless_namespace" "warehouse" {
  namespace_name = "warehouse"
  log_exports    = ["userlog", "connectionlog", "useractivitylog"]
}
