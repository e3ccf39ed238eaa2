resource "azurerm_role_definition" "phi" {
  name  = "operator"
  scope = "subscription"
  permissions {
    actions = ["Microsoft.Storage/storageAccounts/read"]
  }
}
