variable "last_address" {
  type = string
}

resource "azurerm_mssql_firewall_rule" "some" {
  name             = "some"
  server_id        = "/subscriptions/0/resourceGroups/phi/providers/Microsoft.Sql/servers/acme-ehr"
  start_ip_address = "0.0.0.0"
  end_ip_address   = var.last_address # expect: azure-database-firewall-admits-all-azure
}
