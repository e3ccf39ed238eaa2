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
