variable "action" {
  type = string
}

resource "azurerm_role_definition" "variable" {
  name  = "operator"
  scope = "subscription"
  permissions {
    actions = [var.action] # expect: azure-role-everything
  }
}
