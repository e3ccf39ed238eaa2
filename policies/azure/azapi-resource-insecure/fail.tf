resource "azapi_resource" "storage" {
  type      = "Microsoft.Storage/storageAccounts@2023-05-01"
  name      = "acmephi"
  parent_id = "group"
  location  = "eastus2"
  body = { # expect: azapi-resource-insecure
    kind = "StorageV2"
    sku = {
      name = "Standard_GRS"
    }
    properties = {
      allowBlobPublicAccess    = true
      minimumTlsVersion        = "TLS1_2"
      supportsHttpsTrafficOnly = true
    }
  }
}

resource "azapi_resource" "sql" {
  type      = "Microsoft.Sql/servers@2023-08-01-preview"
  name      = "acmephi"
  parent_id = "group"
  location  = "eastus2"
  body = jsonencode({ # expect: azapi-resource-insecure
    properties = {
      minimalTlsVersion   = "1.2"
      publicNetworkAccess = "Enabled"
    }
  })
}

resource "azapi_update_resource" "tls" {
  type        = "Microsoft.Storage/storageAccounts@2023-05-01"
  resource_id = "account"
  body = { # expect: azapi-resource-insecure
    properties = {
      minimumTlsVersion = "TLS1_0"
    }
  }
}
