resource "snowflake_network_policy" "clinic" {
  name            = "clinic"
  allowed_ip_list = ["198.51.100.0/24"]
}
