variable "public" {
  type = string
}

resource "azurerm_mysql_flexible_server" "variable" {
  name                  = "acmephi"
  resource_group_name   = "phi"
  location              = "eastus2"
  public_network_access = var.public # expect: azure-mysql-public-access-allowed
}
