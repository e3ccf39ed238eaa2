variable "origin" {
  type = string
}

resource "azurerm_linux_web_app" "variable" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  site_config {
    cors {
      allowed_origins = [var.origin] # expect: azure-app-cors-any-origin
    }
  }
}
