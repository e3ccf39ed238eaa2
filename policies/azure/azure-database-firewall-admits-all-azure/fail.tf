resource "azurerm_mssql_firewall_rule" "azure" {
  name             = "AllowAllWindowsAzureIps"
  server_id        = "/subscriptions/0/resourceGroups/phi/providers/Microsoft.Sql/servers/acme-ehr"
  start_ip_address = "0.0.0.0"
  end_ip_address   = "0.0.0.0" # expect: azure-database-firewall-admits-all-azure
}

resource "azurerm_mariadb_firewall_rule" "azure" {
  name                = "azure"
  server_name         = "ehr"
  resource_group_name = "phi"
  start_ip_address    = "0.0.0.0"
  end_ip_address      = "0.0.0.0" # expect: azure-database-firewall-admits-all-azure
}
