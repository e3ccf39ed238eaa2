resource "azurerm_cosmosdb_account" "open" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  offer_type                    = "Standard"
  public_network_access_enabled = true # expect: azure-service-public-access-allowed
}

resource "azurerm_data_factory" "open" {
  name                   = "acmephi"
  resource_group_name    = "phi"
  location               = "eastus2"
  public_network_enabled = true # expect: azure-service-public-access-allowed
}

resource "azurerm_eventhub_namespace" "open" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  sku                           = "Standard"
  public_network_access_enabled = true # expect: azure-service-public-access-allowed
  network_rulesets {
    default_action = "Allow"
  }
}

resource "azurerm_cosmosdb_account" "world" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  offer_type          = "Standard"
  ip_range_filter     = ["0.0.0.0/0"] # expect: azure-service-public-access-allowed
}

resource "azurerm_cosmosdb_account" "world_3" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  offer_type          = "Standard"
  ip_range_filter     = "104.42.195.92,0.0.0.0/0" # expect: azure-service-public-access-allowed
}

resource "azurerm_cognitive_account" "world" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  kind                = "OpenAI"
  sku_name            = "S0"
  network_acls {
    default_action = "Deny"
    ip_rules       = ["0.0.0.0/1", "128.0.0.0/1"] # expect: azure-service-public-access-allowed
  }
}

resource "azurerm_purview_account" "open" {
  name                   = "acmephi"
  resource_group_name    = "phi"
  location               = "eastus2"
  public_network_enabled = true # expect: azure-service-public-access-allowed
}

resource "azurerm_mongo_cluster" "open" {
  name                  = "acmephi"
  resource_group_name   = "phi"
  location              = "eastus2"
  public_network_access = "Enabled" # expect: azure-service-public-access-allowed
}

resource "azurerm_cosmosdb_postgresql_cluster" "nodes" {
  name                                 = "acmephi"
  resource_group_name                  = "phi"
  location                             = "eastus2"
  node_count                           = 2
  coordinator_public_ip_access_enabled = false
  node_public_ip_access_enabled        = true # expect: azure-service-public-access-allowed
}
