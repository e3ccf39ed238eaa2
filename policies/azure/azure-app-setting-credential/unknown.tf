variable "generate" {
  type = bool
}

resource "random_password" "db" {
  length = 32
}

resource "azurerm_linux_web_app" "either" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  app_settings = { # expect: azure-app-setting-credential
    DB_PASSWORD = var.generate ? random_password.db.result : "hunter2-Kx93mQpz"
  }
}
