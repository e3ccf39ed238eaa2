resource "azapi_resource" "silent" {
  type = "Microsoft.Storage/storageAccounts@2023-05-01"
  name = "acmephi"
  body = { # expect: azapi-resource-insecure
    properties = {
      minimumTlsVersion        = "TLS1_2"
      supportsHttpsTrafficOnly = true
      allowBlobPublicAccess    = false
    }
  }
}

# Some services write it in lower case, some a level further in.
resource "azapi_resource" "search" {
  type = "Microsoft.Search/searchServices@2023-11-01"
  name = "acmephi"
  body = { properties = { publicNetworkAccess = "enabled" } } # expect: azapi-resource-insecure
}

resource "azapi_resource" "postgres" {
  type = "Microsoft.DBforPostgreSQL/flexibleServers@2024-08-01"
  name = "acmephi"
  body = { properties = { network = { publicNetworkAccess = "Enabled" } } } # expect: azapi-resource-insecure
}
