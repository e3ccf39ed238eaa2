resource "azurerm_managed_disk" "service" {
  name                 = "imaging"
  resource_group_name  = "phi"
  location             = "eastus2"
  storage_account_type = "Premium_LRS"
  create_option        = "Empty"
  disk_size_gb         = 100
}

resource "azurerm_managed_disk" "azurerm_4" {
  name                 = "imaging"
  resource_group_name  = "phi"
  location             = "eastus2"
  storage_account_type = "Premium_LRS"
  create_option        = "Empty"
  disk_size_gb         = 100
  encryption_settings {
    disk_encryption_key {
      secret_url      = "secret"
      source_vault_id = "vault"
    }
  }
}

resource "azurerm_kusto_cluster" "phi" {
  name                    = "acmephi"
  resource_group_name     = "phi"
  location                = "eastus2"
  disk_encryption_enabled = true
  sku {
    name     = "Standard_E8ads_v5"
    capacity = 2
  }
}

resource "azurerm_data_lake_store" "silent" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}
