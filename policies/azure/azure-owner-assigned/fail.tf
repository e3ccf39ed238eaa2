resource "azurerm_role_assignment" "owner" {
  scope                = "/subscriptions/00000000-0000-0000-0000-000000000000"
  role_definition_name = "Owner" # expect: azure-owner-assigned
  principal_id         = "staff"
}

resource "azurerm_role_assignment" "identifier" {
  scope              = "/subscriptions/0"
  role_definition_id = "/subscriptions/0/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635" # expect: azure-owner-assigned
  principal_id       = "00000000-0000-0000-0000-000000000000"
}

data "azurerm_role_definition" "owner" {
  name = "Owner"
}

resource "azurerm_role_assignment" "looked_up" {
  scope              = "/subscriptions/0"
  role_definition_id = data.azurerm_role_definition.owner.id # expect: azure-owner-assigned
  principal_id       = "00000000-0000-0000-0000-000000000000"
}

resource "azurerm_role_assignment" "lower" {
  scope                = "/subscriptions/00000000-0000-0000-0000-000000000000"
  role_definition_name = "owner" # expect: azure-owner-assigned
  principal_id         = "11111111-1111-1111-1111-111111111111"
}
