# What is not written is off.
resource "azurerm_key_vault" "absent" { # expect: azure-key-vault-purgeable
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  tenant_id           = "00000000-0000-0000-0000-000000000000"
  sku_name            = "premium"
}

resource "azurerm_key_vault_managed_hardware_security_module" "silent" { # expect: azure-key-vault-purgeable
  name                = "phi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku_name            = "Standard_B1"
}
