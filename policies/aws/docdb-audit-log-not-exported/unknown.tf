variable "value" {
  type = list(string)
}

resource "aws_docdb_cluster" "variable" {
  cluster_identifier              = "notes"
  enabled_cloudwatch_logs_exports = var.value # expect: docdb-audit-log-not-exported
}
