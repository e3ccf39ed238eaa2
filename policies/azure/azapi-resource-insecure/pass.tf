resource "azapi_resource" "storage" {
  type      = "Microsoft.Storage/storageAccounts@2023-05-01"
  name      = "acmephi"
  parent_id = "group"
  location  = "eastus2"
  body = {
    kind = "StorageV2"
    sku = {
      name = "Standard_GRS"
    }
    properties = {
      allowBlobPublicAccess    = false
      minimumTlsVersion        = "TLS1_2"
      supportsHttpsTrafficOnly = true
      publicNetworkAccess      = "Disabled"
    }
  }
}

resource "azapi_resource" "account" {
  type      = "Microsoft.CognitiveServices/accounts@2024-10-01"
  name      = "acmephi"
  parent_id = "group"
  location  = "eastus2"
  body = jsonencode({
    properties = {
      publicNetworkAccess = "Enabled"
      networkAcls = {
        defaultAction = "Deny"
      }
    }
  })
}

# Public by its nature, and no store.
resource "azapi_resource" "zone" {
  type      = "Microsoft.Network/dnsZones@2018-05-01"
  name      = "clinic.example"
  parent_id = "group"
  body = {
    properties = {}
  }
}
