variable "token" {
  type      = string
  sensitive = true
}

provider "cloudflare" {
  api_token = var.token
}

provider "azurerm" {
  use_oidc = true
  features {}
}
