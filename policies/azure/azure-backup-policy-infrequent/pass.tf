resource "azurerm_backup_policy_vm" "daily" {
  name                = "daily"
  resource_group_name = "phi"
  recovery_vault_name = "phi"
  backup {
    frequency = "Daily"
    time      = "23:00"
  }
  retention_daily {
    count = 30
  }
}
