resource "azurerm_linux_web_app" "debug" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  site_config {
    remote_debugging_enabled = true # expect: azure-app-debugging-enabled
  }
}

resource "azurerm_app_service_slot" "staging" {
  name                = "staging"
  resource_group_name = "phi"
  location            = "eastus2"
  app_service_name    = "acmephi"
  app_service_plan_id = "plan"
  site_config {
    remote_debugging_enabled = true # expect: azure-app-debugging-enabled
  }
}
