resource "azurerm_recovery_services_vault" "off" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "Standard"
  immutability        = "Disabled" # expect: azure-backup-vault-mutable
}

resource "azurerm_recovery_services_vault" "soft" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "Standard"
  immutability        = "Locked"
  soft_delete_enabled = false # expect: azure-backup-vault-mutable
}

resource "azurerm_data_protection_backup_vault" "soft" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  datastore_type      = "VaultStore"
  redundancy          = "GeoRedundant"
  immutability        = "Locked"
  soft_delete         = "Off" # expect: azure-backup-vault-mutable
}
