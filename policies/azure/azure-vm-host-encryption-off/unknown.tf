variable "value" {
  type = bool
}

resource "azurerm_linux_virtual_machine" "variable" {
  name                       = "acmephi"
  resource_group_name        = "phi"
  location                   = "eastus2"
  encryption_at_host_enabled = var.value # expect: azure-vm-host-encryption-off
}

resource "azurerm_windows_virtual_machine" "variable" {
  name                       = "acmephi"
  resource_group_name        = "phi"
  location                   = "eastus2"
  encryption_at_host_enabled = var.value # expect: azure-vm-host-encryption-off
}

resource "azurerm_linux_virtual_machine_scale_set" "variable" {
  name                       = "acmephi"
  resource_group_name        = "phi"
  location                   = "eastus2"
  encryption_at_host_enabled = var.value # expect: azure-vm-host-encryption-off
}

resource "azurerm_windows_virtual_machine_scale_set" "variable" {
  name                       = "acmephi"
  resource_group_name        = "phi"
  location                   = "eastus2"
  encryption_at_host_enabled = var.value # expect: azure-vm-host-encryption-off
}
