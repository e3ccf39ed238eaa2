resource "azurerm_sql_firewall_rule" "world" {
  name                = "world"
  resource_group_name = "phi"
  server_name         = "ehr"
  start_ip_address    = "0.0.0.0"
  end_ip_address      = "255.255.255.255" # expect: azure-database-firewall-open-to-world
}

resource "azurerm_postgresql_firewall_rule" "world" {
  name                = "world"
  resource_group_name = "phi"
  server_name         = "ehr"
  start_ip_address    = "0.0.0.0"
  end_ip_address      = "255.255.255.255" # expect: azure-database-firewall-open-to-world
}

resource "azurerm_mysql_firewall_rule" "world" {
  name                = "world"
  server_name         = "ehr"
  resource_group_name = "phi"
  start_ip_address    = "0.0.0.0"
  end_ip_address      = "255.255.255.255" # expect: azure-database-firewall-open-to-world
}

resource "azurerm_mariadb_firewall_rule" "world" {
  name                = "world"
  server_name         = "ehr"
  resource_group_name = "phi"
  start_ip_address    = "0.0.0.0"
  end_ip_address      = "255.255.255.255" # expect: azure-database-firewall-open-to-world
}
