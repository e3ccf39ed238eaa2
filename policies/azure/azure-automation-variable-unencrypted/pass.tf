resource "azurerm_automation_variable_string" "phi" {
  name                    = "x"
  resource_group_name     = "phi"
  automation_account_name = "jobs"
  encrypted               = true
}
