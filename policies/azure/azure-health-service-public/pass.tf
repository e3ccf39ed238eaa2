resource "azurerm_healthcare_service" "fhir" {
  name                          = "acme-fhir"
  resource_group_name           = "phi"
  location                      = "eastus2"
  public_network_access_enabled = false
}

resource "azurerm_healthcare_dicom_service" "imaging" {
  name                          = "imaging"
  workspace_id                  = "/subscriptions/0/resourceGroups/phi/providers/Microsoft.HealthcareApis/workspaces/acme"
  location                      = "eastus2"
  public_network_access_enabled = false
}
