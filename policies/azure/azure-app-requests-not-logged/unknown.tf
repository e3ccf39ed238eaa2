variable "logs" {
  type = list(number)
}

resource "azurerm_linux_web_app" "variable" { # expect: azure-app-requests-not-logged
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  logs {
    dynamic "http_logs" {
      for_each = var.logs
      content {
        file_system {
          retention_in_days = http_logs.value
          retention_in_mb   = 35
        }
      }
    }
  }
}
