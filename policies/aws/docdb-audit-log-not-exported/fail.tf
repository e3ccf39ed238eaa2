resource "aws_docdb_cluster" "off" {
  cluster_identifier              = "notes"
  enabled_cloudwatch_logs_exports = ["profiler"] # expect: docdb-audit-log-not-exported
}

resource "aws_docdb_cluster" "other_0" {
  cluster_identifier              = "notes"
  enabled_cloudwatch_logs_exports = [] # expect: docdb-audit-log-not-exported
}
