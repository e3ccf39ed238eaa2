variable "frequency" {
  type = string
}

resource "azurerm_backup_policy_vm" "variable" {
  name                = "variable"
  resource_group_name = "phi"
  recovery_vault_name = "phi"
  backup {
    frequency = var.frequency # expect: azure-backup-policy-infrequent
    time      = "23:00"
  }
  retention_daily {
    count = 30
  }
}
