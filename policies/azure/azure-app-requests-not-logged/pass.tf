resource "azurerm_windows_web_app" "files" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  logs {
    http_logs {
      file_system {
        retention_in_days = 90
        retention_in_mb   = 35
      }
    }
  }
}

resource "azurerm_linux_web_app" "workspace" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
}

resource "azurerm_monitor_diagnostic_setting" "workspace" {
  name                       = "http"
  target_resource_id         = azurerm_linux_web_app.workspace.id
  log_analytics_workspace_id = "workspace"
  enabled_log {
    category = "AppServiceHTTPLogs"
  }
}

resource "azurerm_application_insights" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  application_type    = "web"
}

resource "azurerm_linux_web_app" "insights" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  app_settings = {
    APPLICATIONINSIGHTS_CONNECTION_STRING = azurerm_application_insights.phi.connection_string
  }
}
