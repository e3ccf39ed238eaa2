variable "keys" {
  type = bool
}

resource "azurerm_servicebus_namespace" "variable" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "Premium"
  local_auth_enabled  = var.keys # expect: azure-shared-key-login-allowed
}
