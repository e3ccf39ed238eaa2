variable "encrypted" {
  type = bool
}

resource "azurerm_automation_variable_string" "variable" {
  name                    = "x"
  resource_group_name     = "phi"
  automation_account_name = "jobs"
  encrypted               = var.encrypted # expect: azure-automation-variable-unencrypted
}
