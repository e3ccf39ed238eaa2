resource "azurerm_cosmosdb_account" "closed" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  offer_type                    = "Standard"
  public_network_access_enabled = false
}

resource "azurerm_redis_cache" "closed" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  capacity                      = 1
  family                        = "P"
  sku_name                      = "Premium"
  public_network_access_enabled = false
}

resource "azurerm_servicebus_namespace" "closed" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  sku                           = "Premium"
  public_network_access_enabled = false
}

resource "azurerm_eventhub_namespace" "closed" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  sku                           = "Standard"
  public_network_access_enabled = false
}

resource "azurerm_container_registry" "closed" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  sku                           = "Premium"
  public_network_access_enabled = false
}

resource "azurerm_search_service" "closed" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  sku                           = "standard"
  public_network_access_enabled = false
}

resource "azurerm_cognitive_account" "closed" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  kind                          = "OpenAI"
  sku_name                      = "S0"
  public_network_access_enabled = false
}

resource "azurerm_machine_learning_workspace" "closed" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  public_network_access_enabled = false
}

resource "azurerm_kusto_cluster" "closed" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  public_network_access_enabled = false
}

resource "azurerm_synapse_workspace" "closed" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  public_network_access_enabled = false
}

resource "azurerm_databricks_workspace" "closed" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  sku                           = "premium"
  public_network_access_enabled = false
}

resource "azurerm_eventgrid_topic" "closed" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  public_network_access_enabled = false
}

resource "azurerm_eventgrid_domain" "closed" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  public_network_access_enabled = false
}

resource "azurerm_batch_account" "closed" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  public_network_access_enabled = false
}

resource "azurerm_signalr_service" "closed" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  public_network_access_enabled = false
}

resource "azurerm_web_pubsub" "closed" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  sku                           = "Standard_S1"
  public_network_access_enabled = false
}

resource "azurerm_iothub" "closed" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  public_network_access_enabled = false
}

resource "azurerm_data_factory" "closed" {
  name                   = "acmephi"
  resource_group_name    = "phi"
  location               = "eastus2"
  public_network_enabled = false
}

resource "azurerm_cosmosdb_account" "filtered" {
  name                              = "acmephi"
  resource_group_name               = "phi"
  location                          = "eastus2"
  offer_type                        = "Standard"
  is_virtual_network_filter_enabled = true
}

resource "azurerm_eventhub_namespace" "rules" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "Standard"
  network_rulesets {
    default_action = "Deny"
  }
}

resource "azurerm_container_registry" "rules" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "Premium"
  network_rule_set {
    default_action = "Deny"
  }
}

resource "azurerm_cognitive_account" "rules" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  kind                = "OpenAI"
  sku_name            = "S0"
  network_acls {
    default_action = "Deny"
  }
}
