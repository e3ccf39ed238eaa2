variable "end" {
  type = string
}

resource "azurerm_key_vault_secret" "variable" { # expect: azure-key-without-rotation
  name            = "ehr"
  key_vault_id    = "vault"
  expiration_date = var.end
}
