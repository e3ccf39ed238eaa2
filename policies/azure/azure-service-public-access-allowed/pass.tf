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

# In a subnet it has no public address at all.
resource "azurerm_redis_cache" "subnet" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  capacity            = 1
  family              = "P"
  sku_name            = "Premium"
  subnet_id           = "/subscriptions/0/resourceGroups/phi/providers/Microsoft.Network/virtualNetworks/phi/subnets/redis"
}

resource "azurerm_batch_account" "rules" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  network_profile {
    account_access {
      default_action = "Deny"
      ip_rule {
        ip_range = "198.51.100.0/24"
      }
    }
  }
}

resource "azurerm_signalr_service" "acl" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}

resource "azurerm_signalr_service_network_acl" "acl" {
  signalr_service_id = azurerm_signalr_service.acl.id
  default_action     = "Deny"
  public_network {
    allowed_request_types = ["ClientConnection"]
  }
}

resource "azurerm_purview_account" "closed" {
  name                   = "acmephi"
  resource_group_name    = "phi"
  location               = "eastus2"
  public_network_enabled = false
}

resource "azurerm_cosmosdb_postgresql_cluster" "closed" {
  name                                 = "acmephi"
  resource_group_name                  = "phi"
  location                             = "eastus2"
  node_count                           = 2
  coordinator_public_ip_access_enabled = false
}

resource "azurerm_mongo_cluster" "closed" {
  name                  = "acmephi"
  resource_group_name   = "phi"
  location              = "eastus2"
  public_network_access = "Disabled"
}

resource "azurerm_storage_sync" "closed" {
  name                    = "acmephi"
  resource_group_name     = "phi"
  location                = "eastus2"
  incoming_traffic_policy = "AllowVirtualNetworksOnly"
}

resource "azurerm_kusto_cluster" "ranges" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  allowed_ip_ranges   = ["198.51.100.0/24"]
}

# The first rule of a firewall shuts everybody else out; the rules are judged themselves.
resource "azurerm_redis_cache" "firewall" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  capacity            = 1
  family              = "P"
  sku_name            = "Premium"
}

resource "azurerm_redis_firewall_rule" "clinic" {
  name                = "clinic"
  resource_group_name = "phi"
  redis_cache_name    = azurerm_redis_cache.firewall.name
  start_ip            = "198.51.100.1"
  end_ip              = "198.51.100.9"
}
