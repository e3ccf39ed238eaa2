resource "snowflake_network_policy" "open" {
  name            = "open"
  allowed_ip_list = ["198.51.100.0/24", "0.0.0.0/0"] # expect: snowflake-open-to-internet
}

resource "snowflake_network_rule" "open" {
  name       = "open"
  database   = "EHR"
  schema     = "PUBLIC"
  type       = "IPV4"
  mode       = "INGRESS"
  value_list = ["0.0.0.0/0"] # expect: snowflake-open-to-internet
}
