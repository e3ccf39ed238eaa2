variable "settings" {
  type = map(string)
}

resource "azurerm_linux_web_app" "variable" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  app_settings        = var.settings # expect: azure-app-connection-plaintext
}
