variable "tls" {
  type = string
}

resource "azapi_resource" "variable" {
  type      = "Microsoft.Storage/storageAccounts@2023-05-01"
  name      = "acmephi"
  parent_id = "group"
  location  = "eastus2"
  body = { # expect: azapi-resource-insecure
    properties = {
      publicNetworkAccess = "Disabled"
      minimumTlsVersion   = var.tls
    }
  }
}
