variable "value" {
  type = bool
}

resource "azurerm_databricks_workspace" "variable" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "premium"
  enhanced_security_compliance {
    compliance_security_profile_enabled = var.value # expect: azure-databricks-profile-off
  }
}
