variable "value" {
  default = true
}

resource "aws_docdb_global_cluster" "phi" {
  global_cluster_identifier = "notes"
  engine                    = "docdb"
  storage_encrypted         = true
}

resource "aws_docdb_global_cluster" "from_variable" {
  global_cluster_identifier = "notes"
  engine                    = "docdb"
  storage_encrypted         = var.value
}
