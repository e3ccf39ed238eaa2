resource "azurerm_mssql_server_security_alert_policy" "on" {
  resource_group_name  = "phi"
  server_name          = "ehr"
  state                = "Enabled"
  disabled_alerts      = []
  email_account_admins = true
}

resource "azurerm_postgresql_server" "on" {
  name                    = "ehr"
  resource_group_name     = "phi"
  location                = "eastus2"
  ssl_enforcement_enabled = true
  threat_detection_policy {
    enabled = true
  }
}
