# What is not written is off.
resource "azurerm_linux_web_app" "absent" { # expect: azure-app-http-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
}

resource "azurerm_windows_web_app" "absent" { # expect: azure-app-http-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
}

resource "azurerm_linux_function_app" "absent" { # expect: azure-app-http-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
}

resource "azurerm_windows_function_app" "absent" { # expect: azure-app-http-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
}

resource "azurerm_linux_web_app_slot" "absent" { # expect: azure-app-http-allowed
  name           = "staging"
  app_service_id = "app"
}

resource "azurerm_windows_web_app_slot" "absent" { # expect: azure-app-http-allowed
  name           = "staging"
  app_service_id = "app"
}

resource "azurerm_linux_function_app_slot" "absent" { # expect: azure-app-http-allowed
  name            = "staging"
  function_app_id = "app"
}

resource "azurerm_windows_function_app_slot" "absent" { # expect: azure-app-http-allowed
  name            = "staging"
  function_app_id = "app"
}

resource "azurerm_function_app_flex_consumption" "absent" { # expect: azure-app-http-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
}

resource "azurerm_app_service" "absent" { # expect: azure-app-http-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  app_service_plan_id = "plan"
}

resource "azurerm_function_app" "absent" { # expect: azure-app-http-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  app_service_plan_id = "plan"
}

resource "azurerm_logic_app_standard" "absent" { # expect: azure-app-http-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  app_service_plan_id = "plan"
}
