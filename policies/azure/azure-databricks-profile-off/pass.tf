variable "value" {
  default = true
}

resource "azurerm_databricks_workspace" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "premium"
  enhanced_security_compliance {
    compliance_security_profile_enabled = true
  }
}

resource "azurerm_databricks_workspace" "from_variable" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "premium"
  enhanced_security_compliance {
    compliance_security_profile_enabled = var.value
  }
}
