variable "debug" {
  type = bool
}

resource "azurerm_linux_web_app" "variable" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  site_config {
    remote_debugging_enabled = var.debug # expect: azure-app-debugging-enabled
  }
}
