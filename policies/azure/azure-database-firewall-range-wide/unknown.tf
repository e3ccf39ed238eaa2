variable "last_address" {
  type = string
}

resource "azurerm_mssql_firewall_rule" "office" {
  name             = "office"
  server_id        = "/subscriptions/0/resourceGroups/phi/providers/Microsoft.Sql/servers/acme-ehr"
  start_ip_address = "198.51.100.0"
  end_ip_address   = var.last_address # expect: azure-database-firewall-range-wide
}
