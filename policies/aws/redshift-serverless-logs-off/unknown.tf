variable "logs" {
  type = list(string)
}

resource "aws_redshiftserverless_namespace" "warehouse" {
  namespace_name = "warehouse"
  log_exports    = var.logs # expect: redshift-serverless-logs-off
}
