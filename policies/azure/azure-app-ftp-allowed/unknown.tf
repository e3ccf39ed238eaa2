variable "ftp" {
  type = string
}

resource "azurerm_linux_web_app" "variable" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  site_config {
    ftps_state = var.ftp # expect: azure-app-ftp-allowed
  }
}

resource "azurerm_app_service" "absent" { # expect: azure-app-ftp-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  app_service_plan_id = "plan"
}
