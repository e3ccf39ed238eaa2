variable "value" {
  default = 35
}

resource "aws_docdb_cluster" "phi" {
  cluster_identifier      = "notes"
  backup_retention_period = 35
}

resource "aws_docdb_cluster" "other_0" {
  cluster_identifier      = "notes"
  backup_retention_period = "7"
}

resource "aws_docdb_cluster" "from_variable" {
  cluster_identifier      = "notes"
  backup_retention_period = var.value
}
