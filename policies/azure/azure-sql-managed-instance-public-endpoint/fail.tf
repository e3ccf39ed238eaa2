resource "azurerm_mssql_managed_instance" "ehr" {
  name                         = "acme-ehr"
  resource_group_name          = "phi"
  location                     = "eastus2"
  license_type                 = "BasePrice"
  sku_name                     = "GP_Gen5"
  storage_size_in_gb           = 256
  subnet_id                    = "/subscriptions/0/resourceGroups/phi/providers/Microsoft.Network/virtualNetworks/phi/subnets/sqlmi"
  vcores                       = 4
  public_data_endpoint_enabled = true # expect: azure-sql-managed-instance-public-endpoint
}

resource "azurerm_sql_managed_instance" "azurerm_3" {
  name                         = "acmephi"
  resource_group_name          = "phi"
  location                     = "eastus2"
  public_data_endpoint_enabled = true # expect: azure-sql-managed-instance-public-endpoint
}
