resource "azurerm_virtual_machine" "azurerm_2" {
  name                = "imaging"
  resource_group_name = "phi"
  location            = "eastus2"
  os_profile {
    computer_name  = "imaging"
    admin_username = "clinic"
    custom_data    = "export DB_PASSWORD=hunter2-Kx93mQpz" # expect: azure-startup-script-credential
  }
}

resource "azurerm_virtual_machine_extension" "script" {
  name                 = "start"
  virtual_machine_id   = "machine"
  publisher            = "Microsoft.Azure.Extensions"
  type                 = "CustomScript"
  type_handler_version = "2.1"
  settings = jsonencode({ # expect: azure-startup-script-credential
    commandToExecute = "./start --password=hunter2-Kx93mQpz"
  })
}
