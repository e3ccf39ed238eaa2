resource "azurerm_linux_web_app" "old" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  site_config {
    minimum_tls_version = "1.1" # expect: azure-app-tls-outdated
  }
}

resource "azurerm_windows_function_app" "scm" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  site_config {
    scm_minimum_tls_version = "1.0" # expect: azure-app-tls-outdated
  }
}

resource "azurerm_app_service" "old" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  app_service_plan_id = "plan"
  site_config {
    min_tls_version = "1.0" # expect: azure-app-tls-outdated
  }
}

resource "azurerm_app_service_slot" "staging" {
  name                = "staging"
  resource_group_name = "phi"
  location            = "eastus2"
  app_service_name    = "acmephi"
  app_service_plan_id = "plan"
  site_config {
    min_tls_version = "1.1" # expect: azure-app-tls-outdated
  }
}
