# What is not written is off.
resource "azurerm_databricks_workspace" "absent" { # expect: azure-databricks-profile-off
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "premium"
}
