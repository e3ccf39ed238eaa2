variable "subnet_id" {
  type = string
}

# The variable may be null.
resource "azurerm_postgresql_flexible_server" "ehr" { # expect: azure-postgresql-public-access-allowed
  name                = "acme-ehr"
  resource_group_name = "phi"
  location            = "eastus2"
  version             = "16"
  sku_name            = "GP_Standard_D4s_v3"
  delegated_subnet_id = var.subnet_id
}
