variable "host" {
  type = string
}

resource "azurerm_linux_web_app" "verified" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  app_settings = {
    LOG_LEVEL    = "info"
    DATABASE_URL = "postgresql://${var.host}/ehr?sslmode=verify-full"
  }
  connection_string {
    name  = "ehr"
    type  = "SQLAzure"
    value = "Server=tcp:acmephi.database.windows.net;Database=ehr;Encrypt=True;Authentication=Active Directory Default"
  }
}
