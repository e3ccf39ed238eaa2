resource "azurerm_key_vault_secret" "db" {
  name         = "db"
  key_vault_id = "vault"
}

resource "azurerm_linux_web_app" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  app_settings = {
    LOG_LEVEL   = "info"
    DB_PASSWORD = "@Microsoft.KeyVault(SecretUri=${azurerm_key_vault_secret.db.id})"
  }
}

variable "db_password" {
  type      = string
  sensitive = true
}

resource "azurerm_windows_web_app" "connection" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  service_plan_id     = "plan"
  connection_string {
    name  = "ehr"
    type  = "SQLAzure"
    value = "Server=tcp:acmephi.database.windows.net;Database=ehr;Authentication=Active Directory Default"
  }
  connection_string {
    name  = "old"
    type  = "SQLAzure"
    value = "Server=tcp:acmephi.database.windows.net;Database=ehr;User ID=clinic;Password=${var.db_password}"
  }
}

resource "azurerm_container_group" "secure" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  os_type             = "Linux"
  container {
    name   = "portal"
    image  = "portal"
    cpu    = 1
    memory = 1
    environment_variables = {
      LOG_LEVEL = "info"
    }
    secure_environment_variables = {
      DB_PASSWORD = var.db_password
    }
  }
}
