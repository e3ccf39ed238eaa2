# Its value is given when Terraform runs.
variable "password" {
  type      = string
  sensitive = true
}

resource "aws_docdb_cluster" "charts" {
  cluster_identifier = "charts"
  master_username    = "app"
  master_password    = var.password
}
