resource "azurerm_subnet" "postgres" {
  name                 = "postgres"
  resource_group_name  = "phi"
  virtual_network_name = "phi"
  address_prefixes     = ["10.20.4.0/24"]
}

# The subnet's id is known after apply only, but it is set.
resource "azurerm_postgresql_flexible_server" "ehr" {
  name                = "acme-ehr"
  resource_group_name = "phi"
  location            = "eastus2"
  version             = "16"
  sku_name            = "GP_Standard_D4s_v3"
  delegated_subnet_id = azurerm_subnet.postgres.id
}
