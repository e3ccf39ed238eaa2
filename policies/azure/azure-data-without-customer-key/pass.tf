resource "azurerm_key_vault_key" "phi" {
  name         = "phi"
  key_vault_id = "vault"
  key_type     = "RSA"
  key_size     = 2048
  key_opts     = ["wrapKey", "unwrapKey"]
}

resource "azurerm_storage_account" "separate" {
  name                     = "acmephi"
  resource_group_name      = "phi"
  location                 = "eastus2"
  account_tier             = "Standard"
  account_replication_type = "GRS"
}

resource "azurerm_storage_account_customer_managed_key" "separate" {
  storage_account_id = azurerm_storage_account.separate.id
  key_vault_id       = "vault"
  key_name           = azurerm_key_vault_key.phi.name
}

resource "azurerm_postgresql_flexible_server" "block" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  customer_managed_key {
    key_vault_key_id = azurerm_key_vault_key.phi.id
  }
}

resource "azurerm_cosmosdb_account" "argument" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  offer_type          = "Standard"
  key_vault_key_id    = azurerm_key_vault_key.phi.versionless_id
}
