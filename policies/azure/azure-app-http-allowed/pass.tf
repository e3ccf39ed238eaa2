variable "value" {
  default = true
}

resource "azurerm_linux_web_app" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  https_only          = true
}

resource "azurerm_windows_web_app" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  https_only          = true
}

resource "azurerm_linux_function_app" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  https_only          = true
}

resource "azurerm_windows_function_app" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  https_only          = true
}

resource "azurerm_linux_web_app_slot" "phi" {
  name           = "staging"
  app_service_id = "app"
  https_only     = true
}

resource "azurerm_windows_web_app_slot" "phi" {
  name           = "staging"
  app_service_id = "app"
  https_only     = true
}

resource "azurerm_linux_function_app_slot" "phi" {
  name            = "staging"
  function_app_id = "app"
  https_only      = true
}

resource "azurerm_windows_function_app_slot" "phi" {
  name            = "staging"
  function_app_id = "app"
  https_only      = true
}

resource "azurerm_function_app_flex_consumption" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  https_only          = true
}

resource "azurerm_app_service" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  app_service_plan_id = "plan"
  https_only          = true
}

resource "azurerm_function_app" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  app_service_plan_id = "plan"
  https_only          = true
}

resource "azurerm_logic_app_standard" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  app_service_plan_id = "plan"
  https_only          = true
}

resource "azurerm_linux_web_app" "from_variable" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  https_only          = var.value
}
