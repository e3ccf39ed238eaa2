# What is not written is off.
resource "azurerm_linux_virtual_machine" "absent" { # expect: azure-vm-host-encryption-off
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}

resource "azurerm_windows_virtual_machine" "absent" { # expect: azure-vm-host-encryption-off
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}

resource "azurerm_linux_virtual_machine_scale_set" "absent" { # expect: azure-vm-host-encryption-off
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}

resource "azurerm_windows_virtual_machine_scale_set" "absent" { # expect: azure-vm-host-encryption-off
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}
