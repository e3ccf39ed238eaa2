variable "policy" {
  type = string
}

resource "azurerm_managed_disk" "variable" {
  name                  = "acmephi"
  resource_group_name   = "phi"
  location              = "eastus2"
  storage_account_type  = "Premium_LRS"
  create_option         = "Empty"
  network_access_policy = var.policy # expect: azure-disk-export-allowed
}
