resource "azurerm_linux_web_app" "literal" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  app_settings = { # expect: azure-app-setting-credential
    LOG_LEVEL   = "info"
    DB_PASSWORD = "hunter2-Kx93mQpz"
  }
}
