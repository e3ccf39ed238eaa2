terraform {
  required_providers {
    github = {
      source = "integrations/github"
    }
  }
}

provider "github" { # expect: development-vendor-agreement-missing
}
