terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    vercel = {
      source  = "vercel/vercel"
      version = "~> 3.0"
    }
  }
}

# Credentials come from the environment of the pipeline (OpenID Connect), never from the configuration.
provider "aws" {
  region = "us-east-1"
  default_tags {
    tags = { data-class = "phi" }
  }
}

provider "vercel" {}
