resource "azurerm_managed_disk" "off" {
  name                 = "imaging"
  resource_group_name  = "phi"
  location             = "eastus2"
  storage_account_type = "Premium_LRS"
  create_option        = "Empty"
  disk_size_gb         = 100
  encryption_settings {
    enabled = false # expect: azure-data-unencrypted
  }
}

resource "azurerm_kusto_cluster" "silent" { # expect: azure-data-unencrypted
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku {
    name     = "Standard_E8ads_v5"
    capacity = 2
  }
}

resource "azurerm_data_lake_store" "off" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  encryption_state    = "Disabled" # expect: azure-data-unencrypted
}
