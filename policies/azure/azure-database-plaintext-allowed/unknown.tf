variable "tls" {
  type = bool
}

resource "azurerm_mysql_server" "variable" {
  name                    = "acmephi"
  resource_group_name     = "phi"
  location                = "eastus2"
  sku_name                = "GP_Gen5_4"
  version                 = "11"
  ssl_enforcement_enabled = var.tls # expect: azure-database-plaintext-allowed
}
