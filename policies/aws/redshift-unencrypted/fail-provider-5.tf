terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.60"
    }
  }
}

resource "aws_redshift_cluster" "warehouse" { # expect: redshift-unencrypted
  cluster_identifier = "warehouse"
  node_type          = "ra3.xlplus"
}
