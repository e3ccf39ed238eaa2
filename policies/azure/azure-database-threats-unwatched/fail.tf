resource "azurerm_mssql_server_security_alert_policy" "off" {
  resource_group_name = "phi"
  server_name         = "ehr"
  state               = "Disabled" # expect: azure-database-threats-unwatched
}

resource "azurerm_mssql_server_security_alert_policy" "some" {
  resource_group_name = "phi"
  server_name         = "ehr"
  state               = "Enabled"
  disabled_alerts     = ["Sql_Injection", "Data_Exfiltration"] # expect: azure-database-threats-unwatched
}

resource "azurerm_postgresql_server" "off" {
  name                    = "ehr"
  resource_group_name     = "phi"
  location                = "eastus2"
  ssl_enforcement_enabled = true
  threat_detection_policy {
    enabled = false # expect: azure-database-threats-unwatched
  }
}

resource "azurerm_advanced_threat_protection" "off" {
  target_resource_id = "account"
  enabled            = false # expect: azure-database-threats-unwatched
}

resource "azurerm_synapse_workspace_security_alert_policy" "off" {
  synapse_workspace_id = "workspace"
  policy_state         = "Disabled" # expect: azure-database-threats-unwatched
}
