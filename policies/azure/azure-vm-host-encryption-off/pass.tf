variable "value" {
  default = true
}

resource "azurerm_linux_virtual_machine" "phi" {
  name                       = "acmephi"
  resource_group_name        = "phi"
  location                   = "eastus2"
  encryption_at_host_enabled = true
}

resource "azurerm_windows_virtual_machine" "phi" {
  name                       = "acmephi"
  resource_group_name        = "phi"
  location                   = "eastus2"
  encryption_at_host_enabled = true
}

resource "azurerm_linux_virtual_machine_scale_set" "phi" {
  name                       = "acmephi"
  resource_group_name        = "phi"
  location                   = "eastus2"
  encryption_at_host_enabled = true
}

resource "azurerm_windows_virtual_machine_scale_set" "phi" {
  name                       = "acmephi"
  resource_group_name        = "phi"
  location                   = "eastus2"
  encryption_at_host_enabled = true
}

resource "azurerm_linux_virtual_machine" "from_variable" {
  name                       = "acmephi"
  resource_group_name        = "phi"
  location                   = "eastus2"
  encryption_at_host_enabled = var.value
}

resource "azurerm_windows_virtual_machine" "inside" {
  name                = "imaging"
  resource_group_name = "phi"
  location            = "eastus2"
  size                = "Standard_D4s_v5"
}

resource "azurerm_virtual_machine_extension" "inside" {
  name                 = "encryption"
  virtual_machine_id   = azurerm_windows_virtual_machine.inside.id
  publisher            = "Microsoft.Azure.Security"
  type                 = "AzureDiskEncryption"
  type_handler_version = "2.2"
}

resource "azurerm_kubernetes_cluster" "azurerm_4" {
  name                = "clinic"
  resource_group_name = "phi"
  location            = "eastus2"
  default_node_pool {
    name                    = "system"
    vm_size                 = "Standard_D4s_v5"
    host_encryption_enabled = true
  }
}

resource "azurerm_kubernetes_cluster_node_pool" "azurerm_3" {
  name                   = "apps"
  kubernetes_cluster_id  = azurerm_kubernetes_cluster.azurerm_4.id
  vm_size                = "Standard_D4s_v5"
  enable_host_encryption = true
}
