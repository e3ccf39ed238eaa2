resource "aws_redshiftserverless_namespace" "warehouse" { # expect: redshift-serverless-logs-off
  namespace_name = "warehouse"
}
