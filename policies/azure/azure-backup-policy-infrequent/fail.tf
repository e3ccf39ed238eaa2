resource "azurerm_backup_policy_vm" "weekly" {
  name                = "weekly"
  resource_group_name = "phi"
  recovery_vault_name = "phi"
  backup {
    frequency = "Weekly" # expect: azure-backup-policy-infrequent
    time      = "23:00"
    weekdays  = ["Sunday"]
  }
  retention_weekly {
    count    = 42
    weekdays = ["Sunday"]
  }
}

resource "azurerm_backup_policy_vm" "short" {
  name                = "short"
  resource_group_name = "phi"
  recovery_vault_name = "phi"
  backup {
    frequency = "Daily"
    time      = "23:00"
  }
  retention_daily {
    count = 3 # expect: azure-backup-policy-infrequent
  }
}
