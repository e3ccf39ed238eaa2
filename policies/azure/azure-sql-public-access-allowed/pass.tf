resource "azurerm_mssql_server" "ehr" {
  name                          = "acme-ehr"
  resource_group_name           = "phi"
  location                      = "eastus2"
  version                       = "12.0"
  public_network_access_enabled = false
}
