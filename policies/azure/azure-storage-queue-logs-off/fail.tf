resource "azurerm_storage_account" "deletes" {
  name                     = "acmephi"
  resource_group_name      = "phi"
  location                 = "eastus2"
  account_tier             = "Standard"
  account_replication_type = "GRS"
  queue_properties {
    logging {
      version = "1.0"
      read    = true
      write   = true
      delete  = false # expect: azure-storage-queue-logs-off
    }
  }
}

resource "azurerm_storage_account_queue_properties" "reads" {
  storage_account_id = "account"
  logging {
    version = "1.0"
    read    = false # expect: azure-storage-queue-logs-off
    write   = true
    delete  = true
  }
}
