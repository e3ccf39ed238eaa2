resource "azurerm_mssql_database" "off" {
  name                                = "ehr"
  server_id                           = "server"
  transparent_data_encryption_enabled = false # expect: azure-sql-encryption-off
}

resource "azurerm_mssql_database" "text" {
  name                                = "ehr"
  server_id                           = "server"
  transparent_data_encryption_enabled = "false" # expect: azure-sql-encryption-off
}

resource "azurerm_synapse_sql_pool" "off" {
  name                 = "phi"
  synapse_workspace_id = "workspace"
  sku_name             = "DW100c"
  data_encrypted       = false # expect: azure-sql-encryption-off
}

resource "azurerm_synapse_sql_pool" "silent" { # expect: azure-sql-encryption-off
  name                 = "phi"
  synapse_workspace_id = "workspace"
  sku_name             = "DW100c"
}
