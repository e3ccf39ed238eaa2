resource "azurerm_managed_disk" "absent" { # expect: azure-disk-export-allowed
  name                 = "acmephi"
  resource_group_name  = "phi"
  location             = "eastus2"
  storage_account_type = "Premium_LRS"
  create_option        = "Empty"
}
