resource "azurerm_role_assignment" "reader" {
  scope                = "/subscriptions/00000000-0000-0000-0000-000000000000"
  role_definition_name = "Reader"
  principal_id         = "staff"
}

data "azurerm_role_definition" "reader" {
  name = "Storage Blob Data Reader"
}

resource "azurerm_role_definition" "nurse" {
  name  = "nurse"
  scope = "/subscriptions/0"
}

resource "azurerm_role_assignment" "looked_up" {
  scope              = "/subscriptions/0"
  role_definition_id = data.azurerm_role_definition.reader.id
  principal_id       = "00000000-0000-0000-0000-000000000000"
}

resource "azurerm_role_assignment" "own" {
  scope              = "/subscriptions/0"
  role_definition_id = azurerm_role_definition.nurse.role_definition_resource_id
  principal_id       = "00000000-0000-0000-0000-000000000000"
}
