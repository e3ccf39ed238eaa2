resource "azurerm_recovery_services_vault" "absent" { # expect: azure-backup-vault-mutable
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "Standard"
}
