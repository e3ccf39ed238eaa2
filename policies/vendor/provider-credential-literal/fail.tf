provider "azurerm" {
  client_secret = "hunter2-Kx93mQpz" # expect: provider-credential-literal
  features {}
}

provider "datadog" {
  api_key = "0123456789abcdef0123456789abcdef" # expect: provider-credential-literal
}
