resource "azapi_resource" "vault" {
  type = "Microsoft.KeyVault/vaults@2023-07-01"
  name = "acmephi"
  body = { properties = { networkAcls = { defaultAction = "Deny" } } }
}

# What an update does not name stays as it is.
resource "azapi_update_resource" "purge" {
  type        = "Microsoft.KeyVault/vaults@2023-07-01"
  resource_id = "/subscriptions/0/resourceGroups/phi/providers/Microsoft.KeyVault/vaults/acmephi"
  body        = { properties = { enablePurgeProtection = true } }
}

resource "azapi_resource" "postgres" {
  type = "Microsoft.DBforPostgreSQL/flexibleServers@2024-08-01"
  name = "acmephi"
  body = { properties = { network = { delegatedSubnetResourceId = "subnet", publicNetworkAccess = "Disabled" } } }
}
