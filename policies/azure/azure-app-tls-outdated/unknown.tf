variable "tls" {
  type = string
}

resource "azurerm_linux_web_app" "variable" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  site_config {
    minimum_tls_version = var.tls # expect: azure-app-tls-outdated
  }
}
