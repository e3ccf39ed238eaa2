resource "azurerm_linux_web_app" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  site_config {
    ftps_state = "FtpsOnly"
  }
}

resource "azurerm_linux_web_app" "absent" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  site_config {}
}
