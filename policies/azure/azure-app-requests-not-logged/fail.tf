resource "azurerm_linux_web_app" "silent" { # expect: azure-app-requests-not-logged
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  site_config {}
}

resource "azurerm_app_service" "application_only" { # expect: azure-app-requests-not-logged
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  app_service_plan_id = "plan"
  logs {
    application_logs {
      file_system_level = "Warning"
    }
  }
}
