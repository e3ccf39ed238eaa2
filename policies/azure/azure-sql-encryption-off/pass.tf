variable "value" {
  default = true
}

resource "azurerm_mssql_database" "phi" {
  name                                = "ehr"
  server_id                           = "server"
  transparent_data_encryption_enabled = true
}

resource "azurerm_mssql_database" "from_variable" {
  name                                = "ehr"
  server_id                           = "server"
  transparent_data_encryption_enabled = var.value
}

resource "azurerm_synapse_sql_pool" "phi" {
  name                 = "phi"
  synapse_workspace_id = "workspace"
  sku_name             = "DW100c"
  data_encrypted       = true
}
