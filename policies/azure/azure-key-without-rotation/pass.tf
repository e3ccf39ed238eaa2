resource "azurerm_key_vault_key" "phi" {
  name         = "phi"
  key_vault_id = "vault"
  key_type     = "RSA-HSM"
  key_opts     = ["wrapKey", "unwrapKey"]
  rotation_policy {
    expire_after = "P90D"
  }
}

resource "azurerm_key_vault_secret" "ends" {
  name            = "ehr"
  key_vault_id    = "vault"
  expiration_date = "2027-06-30T00:00:00Z"
}
