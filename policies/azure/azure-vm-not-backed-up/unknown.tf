variable "vm" {
  type = string
}

resource "azurerm_linux_virtual_machine" "portal" { # expect: azure-vm-not-backed-up
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}

resource "azurerm_backup_protected_vm" "some" {
  resource_group_name = "phi"
  recovery_vault_name = "clinic"
  source_vm_id        = var.vm
  backup_policy_id    = "daily"
}
