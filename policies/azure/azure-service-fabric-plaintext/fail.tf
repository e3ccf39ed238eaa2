resource "azurerm_service_fabric_cluster" "silent" { # expect: azure-service-fabric-plaintext
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  reliability_level   = "Bronze"
  upgrade_mode        = "Automatic"
  vm_image            = "Windows"
}

resource "azurerm_service_fabric_cluster" "signed" { # expect: azure-service-fabric-plaintext
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  reliability_level   = "Bronze"
  upgrade_mode        = "Automatic"
  vm_image            = "Windows"
  fabric_settings {
    name = "Security"
    parameters = {
      ClusterProtectionLevel = "Sign"
    }
  }
}
