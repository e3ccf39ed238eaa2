resource "azurerm_automation_variable_string" "absent" { # expect: azure-automation-variable-unencrypted
  name                    = "x"
  resource_group_name     = "phi"
  automation_account_name = "jobs"
}
