resource "azurerm_linux_web_app" "plain" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  app_settings = { # expect: azure-app-connection-plaintext
    NODE_TLS_REJECT_UNAUTHORIZED = "0"
  }
}

variable "password" {
  type      = string
  sensitive = true
}

resource "azurerm_linux_web_app" "half_known" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  app_settings = { # expect: azure-app-connection-plaintext
    DATABASE_URL = "postgresql://clinic:${var.password}@ehr.clinic.example/ehr?sslmode=disable"
  }
}

resource "azurerm_windows_web_app" "blind" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  connection_string {
    name  = "ehr"
    type  = "SQLServer"
    value = "Server=ehr.clinic.example;Database=ehr;Encrypt=False;Integrated Security=True" # expect: azure-app-connection-plaintext
  }
}
