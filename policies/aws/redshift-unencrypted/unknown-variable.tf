terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

variable "encrypted" {
  type = bool
}

resource "aws_redshift_cluster" "variable" {
  cluster_identifier = "warehouse"
  node_type          = "ra3.xlplus"
  encrypted          = var.encrypted # expect: redshift-unencrypted
}
