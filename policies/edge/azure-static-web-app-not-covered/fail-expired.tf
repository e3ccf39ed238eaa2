# The agreement that named the runtime has run out.
resource "azurerm_static_web_app" "portal" { # expect: azure-static-web-app-not-covered
  name                = "portal"
  resource_group_name = "phi"
  location            = "eastus2"
}
