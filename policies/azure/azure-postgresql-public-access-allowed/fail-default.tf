# Open unless it is closed.
resource "azurerm_postgresql_flexible_server" "ehr" { # expect: azure-postgresql-public-access-allowed
  name                = "acme-ehr"
  resource_group_name = "phi"
  location            = "eastus2"
  version             = "16"
  sku_name            = "GP_Standard_D4s_v3"
}
