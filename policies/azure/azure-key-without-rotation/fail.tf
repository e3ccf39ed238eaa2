resource "azurerm_key_vault_key" "ever" { # expect: azure-key-without-rotation
  name         = "phi"
  key_vault_id = "vault"
  key_type     = "RSA-HSM"
  key_opts     = ["wrapKey", "unwrapKey"]
}

resource "azurerm_key_vault_secret" "ever" { # expect: azure-key-without-rotation
  name         = "ehr"
  key_vault_id = "vault"
}
