resource "azurerm_linux_virtual_machine" "off" {
  name                       = "acmephi"
  resource_group_name        = "phi"
  location                   = "eastus2"
  encryption_at_host_enabled = false # expect: azure-vm-host-encryption-off
}

resource "azurerm_linux_virtual_machine" "text" {
  name                       = "acmephi"
  resource_group_name        = "phi"
  location                   = "eastus2"
  encryption_at_host_enabled = "false" # expect: azure-vm-host-encryption-off
}

resource "azurerm_windows_virtual_machine" "off" {
  name                       = "acmephi"
  resource_group_name        = "phi"
  location                   = "eastus2"
  encryption_at_host_enabled = false # expect: azure-vm-host-encryption-off
}

resource "azurerm_windows_virtual_machine" "text" {
  name                       = "acmephi"
  resource_group_name        = "phi"
  location                   = "eastus2"
  encryption_at_host_enabled = "false" # expect: azure-vm-host-encryption-off
}

resource "azurerm_linux_virtual_machine_scale_set" "off" {
  name                       = "acmephi"
  resource_group_name        = "phi"
  location                   = "eastus2"
  encryption_at_host_enabled = false # expect: azure-vm-host-encryption-off
}

resource "azurerm_linux_virtual_machine_scale_set" "text" {
  name                       = "acmephi"
  resource_group_name        = "phi"
  location                   = "eastus2"
  encryption_at_host_enabled = "false" # expect: azure-vm-host-encryption-off
}

resource "azurerm_windows_virtual_machine_scale_set" "off" {
  name                       = "acmephi"
  resource_group_name        = "phi"
  location                   = "eastus2"
  encryption_at_host_enabled = false # expect: azure-vm-host-encryption-off
}

resource "azurerm_windows_virtual_machine_scale_set" "text" {
  name                       = "acmephi"
  resource_group_name        = "phi"
  location                   = "eastus2"
  encryption_at_host_enabled = "false" # expect: azure-vm-host-encryption-off
}
