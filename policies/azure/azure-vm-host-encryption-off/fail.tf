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

resource "azurerm_kubernetes_cluster" "nodes" {
  name                = "clinic"
  resource_group_name = "phi"
  location            = "eastus2"
  default_node_pool { # expect: azure-vm-host-encryption-off
    name    = "system"
    vm_size = "Standard_D4s_v5"
  }
}

resource "azurerm_kubernetes_cluster_node_pool" "apps" {
  name                    = "apps"
  kubernetes_cluster_id   = "clinic"
  vm_size                 = "Standard_D4s_v5"
  host_encryption_enabled = false # expect: azure-vm-host-encryption-off
}
