resource "random_password" "sql" {
  length = 32
}

resource "azurerm_mssql_server" "phi" {
  name                         = "acmephi"
  resource_group_name          = "phi"
  location                     = "eastus2"
  version                      = "12.0"
  administrator_login_password = random_password.sql.result
}

resource "azurerm_linux_virtual_machine" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}

resource "random_password" "secret" {
  length = 32
}

resource "azurerm_key_vault_secret" "generated" {
  name         = "ehr"
  key_vault_id = "vault"
  value        = random_password.secret.result
}

resource "azurerm_data_factory_linked_service_azure_sql_database" "identity" {
  name                 = "ehr"
  data_factory_id      = "factory"
  use_managed_identity = true
  connection_string    = "Server=tcp:acmephi.database.windows.net;Database=ehr"
}

# A module whose caller gives the password, or has one made.
variable "unset" {
  type    = string
  default = ""
}

resource "azurerm_mssql_server" "unset" {
  name                         = "acmephi"
  resource_group_name          = "phi"
  location                     = "eastus2"
  version                      = "12.0"
  administrator_login_password = var.unset
}
