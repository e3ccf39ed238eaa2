variable "set" {
  type = string
}

resource "azurerm_managed_disk" "variable" { # expect: azure-data-without-customer-key
  name                   = "imaging"
  resource_group_name    = "phi"
  location               = "eastus2"
  storage_account_type   = "Premium_LRS"
  create_option          = "Empty"
  disk_encryption_set_id = var.set
}
