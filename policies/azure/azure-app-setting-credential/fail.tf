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

resource "azurerm_windows_web_app" "connection" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  connection_string {
    name  = "ehr"
    type  = "SQLAzure"
    value = "Server=tcp:acmephi.database.windows.net;Database=ehr;User ID=clinic;Password=hunter2-Kx93mQpz" # expect: azure-app-setting-credential
  }
}

resource "azurerm_container_group" "literal" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  os_type             = "Linux"
  container {
    name   = "portal"
    image  = "portal"
    cpu    = 1
    memory = 1
    environment_variables = { # expect: azure-app-setting-credential
      DB_PASSWORD = "hunter2-Kx93mQpz"
    }
  }
}

resource "azurerm_container_app" "literal" {
  name                         = "acmephi"
  resource_group_name          = "phi"
  container_app_environment_id = "environment"
  revision_mode                = "Single"
  secret {
    name  = "db"
    value = "hunter2-Kx93mQpz" # expect: azure-app-setting-credential
  }
  template {
    container {
      name   = "portal"
      image  = "portal"
      cpu    = 1
      memory = "2Gi"
      env {
        name  = "API_KEY"
        value = "hunter2-Kx93mQpz" # expect: azure-app-setting-credential
      }
    }
  }
}

resource "azurerm_app_configuration_key" "literal" {
  configuration_store_id = "store"
  key                    = "DB_PASSWORD"
  value                  = "hunter2-Kx93mQpz" # expect: azure-app-setting-credential
}
