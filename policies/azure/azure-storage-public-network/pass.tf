resource "azurerm_storage_account" "private" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  account_tier                  = "Standard"
  account_replication_type      = "GZRS"
  public_network_access_enabled = false
}

resource "azurerm_storage_account" "rules" {
  name                     = "acmephi"
  resource_group_name      = "phi"
  location                 = "eastus2"
  account_tier             = "Standard"
  account_replication_type = "GZRS"
  network_rules {
    default_action = "Deny"
    ip_rules       = ["203.0.113.0/24"]
  }
}

resource "azurerm_storage_account" "companion" {
  name                     = "acmephi"
  resource_group_name      = "phi"
  location                 = "eastus2"
  account_tier             = "Standard"
  account_replication_type = "GZRS"
}

resource "azurerm_storage_account_network_rules" "companion" {
  storage_account_id = azurerm_storage_account.companion.id
  default_action     = "Deny"
}

# As azurerm 2 names the account.
resource "azurerm_storage_account" "named" {
  name                     = "acmephi2"
  resource_group_name      = "phi"
  location                 = "eastus2"
  account_tier             = "Standard"
  account_replication_type = "GRS"
}

resource "azurerm_storage_account_network_rules" "named" {
  resource_group_name  = "phi"
  storage_account_name = azurerm_storage_account.named.name
  default_action       = "Deny"
  ip_rules             = ["198.51.100.0/24"]
}
