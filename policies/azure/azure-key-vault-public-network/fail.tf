resource "azurerm_key_vault" "open" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  tenant_id                     = "00000000-0000-0000-0000-000000000000"
  sku_name                      = "premium"
  public_network_access_enabled = true # expect: azure-key-vault-public-network
  network_acls {
    default_action = "Allow"
    bypass         = "AzureServices"
  }
}
