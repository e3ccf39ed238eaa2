resource "azurerm_storage_account" "open" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  account_tier                  = "Standard"
  account_replication_type      = "GZRS"
  public_network_access_enabled = true # expect: azure-storage-public-network
}

resource "azurerm_storage_account" "allow" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  account_tier                  = "Standard"
  account_replication_type      = "GZRS"
  public_network_access_enabled = true # expect: azure-storage-public-network
  network_rules {
    default_action = "Allow"
  }
}

resource "azurerm_storage_account_network_rules" "allow" {
  storage_account_id = "account"
  default_action     = "Allow" # expect: azure-storage-public-network
}

resource "azurerm_storage_account_network_rules" "halves" {
  storage_account_id = "account"
  default_action     = "Deny"
  ip_rules           = ["198.51.100.0/24", "128.0.0.0/1"] # expect: azure-storage-public-network
}
