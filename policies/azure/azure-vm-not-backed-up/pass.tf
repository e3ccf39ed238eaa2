resource "azurerm_linux_virtual_machine" "portal" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}

resource "azurerm_backup_protected_vm" "portal" {
  resource_group_name = "phi"
  recovery_vault_name = "clinic"
  source_vm_id        = azurerm_linux_virtual_machine.portal.id
  backup_policy_id    = "daily"
}
