variable "immutability" {
  type = string
}

resource "azurerm_recovery_services_vault" "variable" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "Standard"
  immutability        = var.immutability # expect: azure-backup-vault-mutable
}
