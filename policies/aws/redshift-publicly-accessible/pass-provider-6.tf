terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0, < 7.0"
    }
  }
}

resource "aws_redshift_cluster" "default" {
  cluster_identifier = "warehouse"
  node_type          = "ra3.xlplus"
}
