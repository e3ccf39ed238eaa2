variable "value" {
  default = ["audit"]
}

resource "aws_docdb_cluster" "phi" {
  cluster_identifier              = "notes"
  enabled_cloudwatch_logs_exports = ["audit"]
}

resource "aws_docdb_cluster" "from_variable" {
  cluster_identifier              = "notes"
  enabled_cloudwatch_logs_exports = var.value
}
