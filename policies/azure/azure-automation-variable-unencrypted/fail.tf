resource "azurerm_automation_variable_string" "plain" {
  name                    = "x"
  resource_group_name     = "phi"
  automation_account_name = "jobs"
  encrypted               = false # expect: azure-automation-variable-unencrypted
}
