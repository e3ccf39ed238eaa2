resource "azurerm_recovery_services_vault" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "Standard"
  immutability        = "Locked"
}

resource "azurerm_data_protection_backup_vault" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  datastore_type      = "VaultStore"
  redundancy          = "GeoRedundant"
  immutability        = "Unlocked"
  soft_delete         = "AlwaysOn"
}
