resource "azurerm_databricks_workspace" "off" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "premium"
  enhanced_security_compliance {
    compliance_security_profile_enabled = false # expect: azure-databricks-profile-off
  }
}

resource "azurerm_databricks_workspace" "text" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "premium"
  enhanced_security_compliance {
    compliance_security_profile_enabled = "false" # expect: azure-databricks-profile-off
  }
}
