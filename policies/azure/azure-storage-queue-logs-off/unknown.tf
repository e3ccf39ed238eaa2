variable "reads" {
  type = bool
}

resource "azurerm_storage_account_queue_properties" "variable" {
  storage_account_id = "account"
  logging {
    version = "1.0"
    read    = var.reads # expect: azure-storage-queue-logs-off
    write   = true
    delete  = true
  }
}
