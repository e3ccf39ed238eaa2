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
