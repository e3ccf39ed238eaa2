resource "azurerm_postgresql_flexible_server" "absent" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}
