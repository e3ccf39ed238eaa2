variable "value" {
  type = bool
}

resource "azurerm_linux_web_app" "variable" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  https_only          = var.value # expect: azure-app-http-allowed
}

resource "azurerm_windows_web_app" "variable" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  https_only          = var.value # expect: azure-app-http-allowed
}

resource "azurerm_linux_function_app" "variable" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  https_only          = var.value # expect: azure-app-http-allowed
}

resource "azurerm_windows_function_app" "variable" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  https_only          = var.value # expect: azure-app-http-allowed
}

resource "azurerm_linux_web_app_slot" "variable" {
  name           = "staging"
  app_service_id = "app"
  https_only     = var.value # expect: azure-app-http-allowed
}

resource "azurerm_windows_web_app_slot" "variable" {
  name           = "staging"
  app_service_id = "app"
  https_only     = var.value # expect: azure-app-http-allowed
}

resource "azurerm_linux_function_app_slot" "variable" {
  name            = "staging"
  function_app_id = "app"
  https_only      = var.value # expect: azure-app-http-allowed
}

resource "azurerm_windows_function_app_slot" "variable" {
  name            = "staging"
  function_app_id = "app"
  https_only      = var.value # expect: azure-app-http-allowed
}

resource "azurerm_function_app_flex_consumption" "variable" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  https_only          = var.value # expect: azure-app-http-allowed
}

resource "azurerm_app_service" "variable" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  app_service_plan_id = "plan"
  https_only          = var.value # expect: azure-app-http-allowed
}

resource "azurerm_function_app" "variable" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  app_service_plan_id = "plan"
  https_only          = var.value # expect: azure-app-http-allowed
}

resource "azurerm_logic_app_standard" "variable" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  app_service_plan_id = "plan"
  https_only          = var.value # expect: azure-app-http-allowed
}
