resource "azurerm_role_definition" "all" {
  name  = "operator"
  scope = "subscription"
  permissions {
    actions = ["*"] # expect: azure-role-everything
  }
}
