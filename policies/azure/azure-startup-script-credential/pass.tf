variable "password" {
  type      = string
  sensitive = true
}

resource "azurerm_virtual_machine_extension" "script" {
  name                 = "start"
  virtual_machine_id   = "machine"
  publisher            = "Microsoft.Azure.Extensions"
  type                 = "CustomScript"
  type_handler_version = "2.1"
  settings = jsonencode({
    commandToExecute = "./start --vault acmephi"
  })
  protected_settings = jsonencode({
    commandToExecute = "./start --password=${var.password}"
  })
}

resource "azurerm_linux_virtual_machine" "plain" {
  name                = "imaging"
  resource_group_name = "phi"
  location            = "eastus2"
  size                = "Standard_D4s_v5"
  custom_data         = base64encode("DB_PASSWORD=$(az keyvault secret show --name ehr)")
}
