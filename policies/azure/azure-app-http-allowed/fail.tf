resource "azurerm_linux_web_app" "off" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  https_only          = false # expect: azure-app-http-allowed
}

resource "azurerm_linux_web_app" "text" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  https_only          = "false" # expect: azure-app-http-allowed
}

resource "azurerm_windows_web_app" "off" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  https_only          = false # expect: azure-app-http-allowed
}

resource "azurerm_windows_web_app" "text" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  https_only          = "false" # expect: azure-app-http-allowed
}

resource "azurerm_linux_function_app" "off" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  https_only          = false # expect: azure-app-http-allowed
}

resource "azurerm_linux_function_app" "text" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  https_only          = "false" # expect: azure-app-http-allowed
}

resource "azurerm_windows_function_app" "off" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  https_only          = false # expect: azure-app-http-allowed
}

resource "azurerm_windows_function_app" "text" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  https_only          = "false" # expect: azure-app-http-allowed
}

resource "azurerm_linux_web_app_slot" "off" {
  name           = "staging"
  app_service_id = "app"
  https_only     = false # expect: azure-app-http-allowed
}

resource "azurerm_linux_web_app_slot" "text" {
  name           = "staging"
  app_service_id = "app"
  https_only     = "false" # expect: azure-app-http-allowed
}

resource "azurerm_windows_web_app_slot" "off" {
  name           = "staging"
  app_service_id = "app"
  https_only     = false # expect: azure-app-http-allowed
}

resource "azurerm_windows_web_app_slot" "text" {
  name           = "staging"
  app_service_id = "app"
  https_only     = "false" # expect: azure-app-http-allowed
}

resource "azurerm_linux_function_app_slot" "off" {
  name            = "staging"
  function_app_id = "app"
  https_only      = false # expect: azure-app-http-allowed
}

resource "azurerm_linux_function_app_slot" "text" {
  name            = "staging"
  function_app_id = "app"
  https_only      = "false" # expect: azure-app-http-allowed
}

resource "azurerm_windows_function_app_slot" "off" {
  name            = "staging"
  function_app_id = "app"
  https_only      = false # expect: azure-app-http-allowed
}

resource "azurerm_windows_function_app_slot" "text" {
  name            = "staging"
  function_app_id = "app"
  https_only      = "false" # expect: azure-app-http-allowed
}

resource "azurerm_function_app_flex_consumption" "off" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  https_only          = false # expect: azure-app-http-allowed
}

resource "azurerm_function_app_flex_consumption" "text" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  https_only          = "false" # expect: azure-app-http-allowed
}

resource "azurerm_app_service" "off" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  app_service_plan_id = "plan"
  https_only          = false # expect: azure-app-http-allowed
}

resource "azurerm_app_service" "text" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  app_service_plan_id = "plan"
  https_only          = "false" # expect: azure-app-http-allowed
}

resource "azurerm_function_app" "off" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  app_service_plan_id = "plan"
  https_only          = false # expect: azure-app-http-allowed
}

resource "azurerm_function_app" "text" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  app_service_plan_id = "plan"
  https_only          = "false" # expect: azure-app-http-allowed
}

resource "azurerm_logic_app_standard" "off" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  app_service_plan_id = "plan"
  https_only          = false # expect: azure-app-http-allowed
}

resource "azurerm_logic_app_standard" "text" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  app_service_plan_id = "plan"
  https_only          = "false" # expect: azure-app-http-allowed
}

resource "azurerm_app_service_slot" "staging" {
  name                = "staging"
  resource_group_name = "phi"
  location            = "eastus2"
  app_service_name    = "acmephi"
  app_service_plan_id = "plan"
  https_only          = false # expect: azure-app-http-allowed
}

resource "azurerm_spring_cloud_app" "open" {
  name                = "portal"
  resource_group_name = "phi"
  service_name        = "acmephi"
  is_public           = true
  https_only          = false # expect: azure-app-http-allowed
}
