resource "azurerm_cosmosdb_account" "absent" { # expect: azure-service-public-access-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  offer_type          = "Standard"
}

resource "azurerm_redis_cache" "absent" { # expect: azure-service-public-access-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  capacity            = 1
  family              = "P"
  sku_name            = "Premium"
}

resource "azurerm_servicebus_namespace" "absent" { # expect: azure-service-public-access-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "Premium"
}

resource "azurerm_eventhub_namespace" "absent" { # expect: azure-service-public-access-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "Standard"
}

resource "azurerm_container_registry" "absent" { # expect: azure-service-public-access-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "Premium"
}

resource "azurerm_search_service" "absent" { # expect: azure-service-public-access-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "standard"
}

resource "azurerm_cognitive_account" "absent" { # expect: azure-service-public-access-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  kind                = "OpenAI"
  sku_name            = "S0"
}

resource "azurerm_machine_learning_workspace" "absent" { # expect: azure-service-public-access-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}

resource "azurerm_kusto_cluster" "absent" { # expect: azure-service-public-access-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}

resource "azurerm_synapse_workspace" "absent" { # expect: azure-service-public-access-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}

resource "azurerm_databricks_workspace" "absent" { # expect: azure-service-public-access-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "premium"
}

resource "azurerm_eventgrid_topic" "absent" { # expect: azure-service-public-access-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}

resource "azurerm_eventgrid_domain" "absent" { # expect: azure-service-public-access-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}

resource "azurerm_batch_account" "absent" { # expect: azure-service-public-access-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}

resource "azurerm_signalr_service" "absent" { # expect: azure-service-public-access-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}

resource "azurerm_web_pubsub" "absent" { # expect: azure-service-public-access-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "Standard_S1"
}

resource "azurerm_data_factory" "absent" { # expect: azure-service-public-access-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}

resource "azurerm_storage_sync" "silent" { # expect: azure-service-public-access-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}

resource "azurerm_cosmosdb_postgresql_cluster" "silent" { # expect: azure-service-public-access-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  node_count          = 2
}

resource "azurerm_signalr_service" "silent" { # expect: azure-service-public-access-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}
