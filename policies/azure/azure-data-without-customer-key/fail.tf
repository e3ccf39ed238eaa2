resource "azurerm_storage_account" "silent" { # expect: azure-data-without-customer-key
  name                     = "acmephi"
  resource_group_name      = "phi"
  location                 = "eastus2"
  account_tier             = "Standard"
  account_replication_type = "GRS"
}

resource "azurerm_managed_disk" "silent" { # expect: azure-data-without-customer-key
  name                 = "imaging"
  resource_group_name  = "phi"
  location             = "eastus2"
  storage_account_type = "Premium_LRS"
  create_option        = "Empty"
}
