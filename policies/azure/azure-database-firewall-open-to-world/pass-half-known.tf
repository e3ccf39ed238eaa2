variable "last_address" {
  type = string
}

# Whatever the last address is, the range does not start at 0.0.0.0.
resource "azurerm_mssql_firewall_rule" "office" {
  name             = "office"
  server_id        = "/subscriptions/0/resourceGroups/phi/providers/Microsoft.Sql/servers/acme-ehr"
  start_ip_address = "198.51.100.10"
  end_ip_address   = var.last_address
}
