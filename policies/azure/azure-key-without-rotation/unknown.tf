variable "end" {
  type = string
}

resource "azurerm_key_vault_secret" "variable" {
  name            = "ehr"
  key_vault_id    = "vault"
  expiration_date = var.end # expect: azure-key-without-rotation
}
