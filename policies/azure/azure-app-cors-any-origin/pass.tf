resource "azurerm_linux_web_app" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  site_config {
    cors {
      allowed_origins = ["https://portal.clinic.example"]
    }
  }
}
