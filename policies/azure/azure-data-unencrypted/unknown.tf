variable "encrypt" {
  type = bool
}

resource "azurerm_kusto_cluster" "variable" {
  name                    = "acmephi"
  resource_group_name     = "phi"
  location                = "eastus2"
  disk_encryption_enabled = var.encrypt # expect: azure-data-unencrypted
  sku {
    name     = "Standard_E8ads_v5"
    capacity = 2
  }
}
