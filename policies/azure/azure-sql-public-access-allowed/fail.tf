resource "azurerm_mssql_server" "ehr" {
  name                          = "acme-ehr"
  resource_group_name           = "phi"
  location                      = "eastus2"
  version                       = "12.0"
  public_network_access_enabled = true # expect: azure-sql-public-access-allowed
}

resource "azurerm_mssql_virtual_machine" "public" {
  virtual_machine_id    = "machine"
  sql_license_type      = "PAYG"
  sql_connectivity_type = "PUBLIC" # expect: azure-sql-public-access-allowed
}
