variable "role" {
  type = string
}

resource "azurerm_role_assignment" "variable" {
  scope                = "/subscriptions/00000000-0000-0000-0000-000000000000"
  role_definition_name = var.role # expect: azure-owner-assigned
  principal_id         = "staff"
}
