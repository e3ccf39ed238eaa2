resource "azurerm_mssql_server" "literal" {
  name                         = "acmephi"
  resource_group_name          = "phi"
  location                     = "eastus2"
  version                      = "12.0"
  administrator_login_password = "hunter2-Kx93mQpz" # expect: azure-password-literal
}

resource "azurerm_postgresql_flexible_server" "literal" {
  name                   = "acmephi"
  resource_group_name    = "phi"
  location               = "eastus2"
  administrator_password = "hunter2-Kx93mQpz" # expect: azure-password-literal
}

resource "azurerm_windows_virtual_machine" "literal" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  admin_password      = "hunter2-Kx93mQpz" # expect: azure-password-literal
}

resource "azurerm_key_vault_secret" "literal" {
  name         = "ehr"
  key_vault_id = "vault"
  value        = "hunter2-Kx93mQpz" # expect: azure-password-literal
}

resource "azurerm_orchestrated_virtual_machine_scale_set" "literal" {
  name                        = "imaging"
  resource_group_name         = "phi"
  location                    = "eastus2"
  platform_fault_domain_count = 1
  os_profile {
    linux_configuration {
      admin_username                  = "clinic"
      admin_password                  = "hunter2-Kx93mQpz" # expect: azure-password-literal
      disable_password_authentication = false
    }
  }
}

resource "azurerm_virtual_network_gateway_connection" "literal" {
  name                       = "clinic"
  resource_group_name        = "phi"
  location                   = "eastus2"
  type                       = "IPsec"
  virtual_network_gateway_id = "gateway"
  shared_key                 = "hunter2-Kx93mQpz" # expect: azure-password-literal
}

resource "azuread_user" "literal" {
  user_principal_name = "nurse@clinic.example"
  display_name        = "Nurse"
  password            = "hunter2-Kx93mQpz" # expect: azure-password-literal
}

resource "azurerm_data_factory_linked_service_sql_server" "literal" {
  name              = "ehr"
  data_factory_id   = "factory"
  connection_string = "Server=ehr;Database=ehr;User ID=clinic;Password=hunter2-Kx93mQpz" # expect: azure-password-literal
}

resource "azurerm_automation_credential" "literal" {
  name                    = "clinic"
  resource_group_name     = "phi"
  automation_account_name = "phi"
  username                = "clinic"
  password                = "hunter2-Kx93mQpz" # expect: azure-password-literal
}
